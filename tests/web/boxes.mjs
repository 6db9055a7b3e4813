/* Boxes of text: none is cut off, runs out of what holds it, lies over another or is half hidden. */

/* What may lie over text, because it was opened to: it is above, opaque, and can be closed; or text
 * scrolls underneath it. Elements that stick are allowed too. */
const OVER = [
    "dialog",
    "[popover]",
    "[role=dialog]",
    "[role=alertdialog]",
    "[role=menu]",
    "[role=listbox]",
    "[role=tooltip]",
    "[role=status]",
    "[role=alert]",
    ".maplibregl-popup",
    "[data-over]",
];
/* Texts on the map: names move with what they name. */
const ON_MAP = [".maplibregl-marker", ".maplibregl-canvas-container"];

/* Runs in the page. A line of text is {node, holder (element), box (of all), seen (what its surroundings
 * leave of it)}; boxes are {left, top, right, bottom}. */
function findFaults({ over, onMap, slack }) {
    const faults = [];
    const say = (text) => faults.length < 40 && faults.push(text);
    const quote = (line) => `“${line.node.textContent.trim().replace(/\s+/g, " ").slice(0, 50)}”`;
    const name = (element) =>
        element.localName +
        (element.id ? "#" + element.id : "") +
        [...element.classList].map((one) => "." + one).join("");
    const meet = (a, b) => ({
        left: Math.max(a.left, b.left),
        top: Math.max(a.top, b.top),
        right: Math.min(a.right, b.right),
        bottom: Math.min(a.bottom, b.bottom),
    });
    const width = (box) => box.right - box.left;
    const height = (box) => box.bottom - box.top;
    const is = (box) => width(box) > slack && height(box) > slack;

    /* For screen readers alone: a point of a pixel, or clipped to nothing. */
    const unseen = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const style = getComputedStyle(e);
            const box = e.getBoundingClientRect();
            const tiny = style.overflow !== "visible" && (box.width <= 1 || box.height <= 1);
            if (tiny || style.clipPath === "inset(50%)" || /^rect\((0|1)px/.test(style.clip)) return true;
            if (Number(style.opacity) < 0.05 || style.visibility !== "visible") return true;
            if (style.position === "absolute" && box.right < 0) return true; // a link that comes with focus
        }
        return false;
    };

    /* What the boxes around leave of a line. Where they scroll the rest can be reached; where they cut, it
     * is a fault, unless an ellipsis says so and the whole text is in a title. */
    const view = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    const scrolls = (style, axis) => /auto|scroll/.test(style["overflow" + axis]);
    const surroundings = (line) => {
        let fixed = false;
        let escapes = false; // an absolute box is cut only by boxes that are positioned
        for (let e = line.holder; e && e !== document.documentElement; e = e.parentElement) {
            const style = getComputedStyle(e);
            const cuts = style.overflowX !== "visible" || style.overflowY !== "visible";
            if (cuts && e !== document.body && !(escapes && style.position === "static")) {
                const box = e.getBoundingClientRect();
                const held = {
                    left: style.overflowX === "visible" ? -1e6 : box.left,
                    right: style.overflowX === "visible" ? 1e6 : box.right,
                    top: style.overflowY === "visible" ? -1e6 : box.top,
                    bottom: style.overflowY === "visible" ? 1e6 : box.bottom,
                };
                const left = meet(line.seen, held);
                const told = style.textOverflow === "ellipsis" && e.closest("[title], [aria-label]");
                const short = width(line.seen) - width(left) > slack && !scrolls(style, "X") && !told;
                const low = height(line.seen) - height(left) > slack && !scrolls(style, "Y");
                if ((short || low) && width(left) > 0 && height(left) > 0)
                    say(`${quote(line)} is cut off by ${name(e)}`);
                line.seen = left;
            }
            escapes = style.position === "absolute" || (escapes && style.position === "static");
            fixed ||= style.position === "fixed";
            if (style.position === "fixed") break;
        }
        const scrolling = getComputedStyle(document.documentElement).overflowY !== "hidden" &&
            getComputedStyle(document.body).overflowY !== "hidden" && !fixed;
        const shown = meet(line.seen, view);
        const cut = width(line.seen) - width(shown) > slack ||
            (!scrolling && height(line.seen) - height(shown) > slack);
        if (is(line.seen) && cut) say(`${quote(line)} runs out of the window`);
        line.seen = shown;
    };

    /* Text within the box of what it names: a button, a cell. */
    const holds = (line) => {
        const box = line.holder.closest("button, td, th, [role=button], [role=tab], option, summary");
        if (!box || getComputedStyle(box).display === "inline") return;
        const inside = box.getBoundingClientRect();
        const out = line.box.left < inside.left - slack || line.box.right > inside.right + slack ||
            line.box.top < inside.top - slack || line.box.bottom > inside.bottom + slack;
        const scrolled = line.holder !== box && width(line.seen) < width(line.box) - slack;
        if (out && !scrolled) say(`${quote(line)} runs out of its ${name(box)}`);
    };

    // What lets clicks through is found too.
    const through = new CSSStyleSheet();
    through.replaceSync("* { pointer-events: auto !important; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, through];

    const lines = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const holder = node.parentElement;
        if (!node.textContent.trim() || /^(script|style|noscript|option|title)$/i.test(holder.localName)) continue;
        if (!holder.checkVisibility() || holder.closest(onMap) || unseen(holder)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const rect of range.getClientRects()) {
            // Letters fill the middle of the line: what is above and below is room for accents.
            const room = rect.height * 0.18;
            const box = {
                left: rect.left,
                right: rect.right,
                top: rect.top + room,
                bottom: rect.bottom - room,
            };
            if (!is(box)) continue;
            const line = { node, holder, box, seen: box };
            surroundings(line);
            holds(line);
            if (is(line.seen)) lines.push(line);
        }
    }

    /* Half hidden: some of the line's points show it, at others something lies over it. */
    const related = (a, b) => a.contains(b) || b.contains(a);
    const allowed = (cover) => {
        for (let e = cover; e; e = e.parentElement)
            if (e.matches(over) || getComputedStyle(e).position === "sticky") return true;
        return false;
    };
    for (const line of lines) {
        const { left, right, top, bottom } = line.seen;
        const middle = (top + bottom) / 2;
        const covers = [left + 1, (left + right) / 2, right - 1].map((x) => {
            const top = document.elementFromPoint(x, middle);
            return top && !related(top, line.holder) && !top.closest("label")?.contains(line.holder) ? top : null;
        });
        line.hidden = covers.every(Boolean);
        const cover = covers.find(Boolean);
        if (cover && !line.hidden && !allowed(cover)) say(`${quote(line)} is half hidden by ${name(cover)}`);
    }

    /* Two texts at one place. */
    const shown = lines.filter((line) => !line.hidden).sort((a, b) => a.seen.top - b.seen.top);
    for (let i = 0; i < shown.length; i++)
        for (let k = i + 1; k < shown.length && shown[k].seen.top < shown[i].seen.bottom - slack; k++) {
            const both = meet(shown[i].seen, shown[k].seen);
            if (shown[i].node === shown[k].node || !is(both)) continue;
            const stack = document.elementsFromPoint((both.left + both.right) / 2, (both.top + both.bottom) / 2);
            const [a, b] = [stack.indexOf(shown[i].holder), stack.indexOf(shown[k].holder)];
            // Something opaque above the lower one: it is not to be seen there.
            const between = stack.slice(Math.min(a, b), Math.max(a, b)).some((e) => {
                const style = getComputedStyle(e);
                const alpha = style.backgroundColor.match(/[\d.]+/g)?.[3] ?? 1;
                return Number(alpha) > 0.9 || style.backgroundImage !== "none";
            });
            if (a >= 0 && b >= 0 && !between) say(`${quote(shown[i])} and ${quote(shown[k])} lie over each other`);
        }

    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== through);
    const page = document.scrollingElement;
    if (page.scrollWidth > innerWidth + 1 && getComputedStyle(document.body).overflowX !== "hidden")
        say(`the page is ${page.scrollWidth} px wide in a window of ${innerWidth}`);
    return [...new Set(faults)];
}

/** Throws where a visible text is cut off, half hidden, runs out of its box or window, or lies over another.
 * `over`: selectors of more that may lie over texts. */
export async function checkBoxes(page, { over = [], slack = 2 } = {}) {
    const faults = await page.evaluate(findFaults, {
        over: [...OVER, ...over].join(","),
        onMap: ON_MAP.join(","),
        slack,
    });
    if (!faults.length) return;
    const { width, height } = page.viewportSize();
    throw new Error(`texts on ${page.url()} at ${width}×${height}:\n  - ${faults.join("\n  - ")}`);
}
