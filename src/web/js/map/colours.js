/* Colours of classes: ramps whose neighbours are as far apart in lightness as their number allows, so that they are told
 * apart in print, by a projector and by people who do not see all hues. Pure. */

/* From light to dark; hues that stay apart where red and green, or blue and yellow, are not seen. */
const SEQUENTIAL = ["#fff09a", "#86cfa0", "#2b93a2", "#23538f", "#1a1747"];
const WARM = ["#fbe6cc", "#f0a04b", "#b85c0b", "#5f2a02"];
const COOL = ["#e3e1f5", "#a59bd6", "#6a4ba6", "#2b1257"];
const LIGHTEST = 0.84;
const DARKEST = 0.016;

const LINEAR = (byte) => (byte <= 0.04045 ? byte / 12.92 : ((byte + 0.055) / 1.055) ** 2.4);
const CURVED = (light) => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

/** "#rrggbb" → [r, g, b], linear light of 0 to 1. */
export const linear = (hex) => [1, 3, 5].map((at) => LINEAR(parseInt(hex.slice(at, at + 2), 16) / 255));
const hexOf = (rgb) => `#${rgb.map((light) => Math.round(255 * CURVED(Math.min(1, Math.max(0, light)))).toString(16).padStart(2, "0")).join("")}`;

/** Relative luminance and contrast, as WCAG defines them. */
export const luminance = (hex) => {
    const [r, g, b] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
export function contrast(a, b) {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
}

/* OKLab (Ottosson, 2020): a straight line in it looks even. */
const times = (matrix, v) => matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
const TO_CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]];
const TO_LAB = [[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]];
const FROM_LAB = [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.291485548]];
const FROM_CONES = [[4.0767416621, -3.3077115913, 0.2309699292], [-1.2684380046, 2.6097574011, -0.3413193965], [-0.0041960863, -0.7034186147, 1.707614701]];
const toLab = (hex) => times(TO_LAB, times(TO_CONES, linear(hex)).map(Math.cbrt));
const fromLab = (lab) => hexOf(times(FROM_CONES, times(FROM_LAB, lab).map((cone) => cone ** 3)));

/* The colour a share `at` of the way along the ramp. */
function along(labs, at) {
    const place = at * (labs.length - 1);
    const i = Math.min(Math.floor(place), labs.length - 2);
    return fromLab(labs[i].map((from, k) => from + (labs[i + 1][k] - from) * (place - i)));
}

/* The colour of the ramp that has this luminance. */
function ofLuminance(labs, wanted) {
    let [low, high] = [0, 1];
    for (let step = 0; step < 24; step++) {
        const middle = (low + high) / 2;
        if (luminance(along(labs, middle)) > wanted) low = middle;
        else high = middle;
    }
    return along(labs, (low + high) / 2);
}

/* `count` colours of one ramp, each as much darker than the one before. */
function steps(ramp, count, lightest, darkest) {
    const labs = ramp.map(toLab);
    const ratio = (darkest + 0.05) / (lightest + 0.05);
    return Array.from({ length: count }, (_, i) =>
        ofLuminance(labs, (lightest + 0.05) * ratio ** (count > 1 ? i / (count - 1) : 0.5) - 0.05));
}

/** `count` colours: "sequentielle" from light (little) to dark (much), "divergente" from orange over light to purple. */
export function palette(kind, count) {
    if (kind !== "divergente") return steps(SEQUENTIAL, count, LIGHTEST, DARKEST);
    const arm = Math.floor(count / 2);
    const middle = count % 2 ? ["#e6dfc4"] : [];
    const lightest = count % 2 ? 0.36 : 0.5;
    return [...steps(WARM, arm, lightest, 0.045).reverse(), ...middle, ...steps(COOL, arm, lightest, 0.03)];
}

/** The kind of ramp that a legend's own colours make: one that is lightest in its middle parts two directions. */
export function kindOf(colours) {
    const lights = colours.map(luminance);
    const top = lights.indexOf(Math.max(...lights));
    return top > 0 && top < lights.length - 1 ? "divergente" : "sequentielle";
}

/** Colours of outlines, told apart by lightness too. */
export const OUTLINES = ["#1b1b1b", "#a3178f", "#0a5fa8", "#8a4a00", "#1c6b3c", "#5b3aa8"];
