/* What the tests of the map share: a workspace of their own, `maille serve` on a free port, accounts
 * of every role, and a browser that notes what goes wrong.
 *
 *     import { main, start, login, mapIdle, shot, checkQuiet } from "./kit.mjs";
 *     await main({
 *         async "the map opens"() {
 *             const service = await start();
 *             const page = await service.page("laptop");
 *             await login(page, "planificateur");
 *             await page.goto(service.url + "/carte");
 *             await mapIdle(page);
 *             await shot(page, "ouverture");
 *             await checkQuiet(page);
 *         },
 *     });
 *
 * By hand: `MAILLE=build/dev/maille bash tests/web/run.sh page.mjs`. Checks throw; main tells them, takes a
 * picture of every open page into <build>/web-shots/, and stops whatever was started. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export * from "./checks.mjs";
export * from "./boxes.mjs";
export * from "./picture.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
export const SOURCE = process.env.SOURCE ?? path.resolve(here, "../..");
export const MAILLE = path.resolve(process.env.MAILLE ?? path.join(SOURCE, "build/dev/maille"));
export const BUILD = process.env.BUILD ?? path.dirname(MAILLE);
export const SAMPLE = process.env.MAILLE_SAMPLE ?? path.join(BUILD, "sample");
const packages = createRequire(path.join(BUILD, "web-npm/"));
const shots = path.join(BUILD, "web-shots");

/* The screens that people have: a desk, a meeting room, a pocket. */
export const sizes = {
    laptop: { width: 1366, height: 768 },
    projector: { width: 1920, height: 1080 },
    phone: { width: 390, height: 844 },
};
export const roles = ["lecteur", "relecteur", "planificateur", "admin"];

/* ---- what was started, and is stopped at the end ---- */

const stops = [];
async function stopAll() {
    while (stops.length) await stops.pop()();
}

function scratch() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "maille-web-"));
    stops.push(() => fs.rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/* ---- workspaces ---- */

/** Runs the program and gives what it wrote on stdout; throws with what it said when it fails. */
export function maille(...args) {
    try {
        return execFileSync(MAILLE, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (fault) {
        throw new Error(`maille ${args.join(" ")}: ${fault.stderr || fault.message}`);
    }
}

/** Name, size and time of each file: another value where the program, rules or data changed. */
function stateOf(...places) {
    const hash = createHash("sha256");
    for (const place of places.filter((p) => fs.existsSync(p))) {
        const found = fs.statSync(place);
        hash.update(`${place} ${found.isDirectory() ? "" : `${found.size} ${found.mtimeMs}`}\n`);
        if (found.isDirectory())
            hash.update(stateOf(...fs.readdirSync(place).sort().map((name) => path.join(place, name))));
    }
    return hash.digest("hex");
}

/* Makes STUDY's workspace at TO for both audiences, unless another test has. */
const MAKE = `[ -e "$2/w.maille" ] && exit 0
find "$(dirname "$2")" -mindepth 1 -maxdepth 1 -type d -mmin +120 -exec rm -rf {} + # of older programs
rm -rf "$2" "$2.new" && mkdir -p "$2.new"
for audience in interne public; do
    "$MAILLE" run "$1" -w "$2.new/w.maille" --to "$2.new/out" --audience $audience --quiet || exit 1
done
rm -rf "$2.new/out" && mv "$2.new" "$2"`;

/** The computed workspace of a study, made once per build and state of what it rests on. */
function computed(study) {
    const libraries = [MAILLE, path.join(path.dirname(MAILLE), "libmaille.so")];
    const layers = process.env.MAILLE_LAYERS ?? path.join(SOURCE, "layers");
    const key = stateOf(study, path.dirname(study), layers, ...libraries).slice(0, 12);
    const all = path.join(BUILD, "web-workspaces");
    fs.mkdirSync(all, { recursive: true });
    const name = `${path.basename(path.dirname(study))}-${key}`;
    execFileSync("flock", [path.join(all, "lock"), "bash", "-c", MAKE, "make", study, path.join(all, name)], {
        env: { ...process.env, MAILLE },
        stdio: ["ignore", "ignore", "inherit"],
    });
    return path.join(all, name, "w.maille");
}

/** A copy that the test may change. */
function copyWorkspace(from, folder) {
    const to = path.join(folder, "w.maille");
    fs.copyFileSync(from, to);
    if (fs.existsSync(from + ".cache")) fs.cpSync(from + ".cache", to + ".cache", { recursive: true });
    return to;
}

/* ---- the service ---- */

async function serve(workspace, folder, config) {
    const file = path.join(folder, "serve.yaml");
    fs.writeFileSync(file, [`log: ""`, ...config].map((line) => line + "\n").join(""));
    const args = ["serve", "-w", workspace, "--listen", "127.0.0.1:0", "--config", file, "--json"];
    const web = process.env.MAILLE_WEB ?? path.join(SOURCE, "src/web");
    const child = spawn(MAILLE, args, {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, MAILLE_WEB: web },
    });
    let said = "";
    child.stderr.on("data", (piece) => (said += piece));
    const ended = new Promise((done) => child.once("exit", done));
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    const stop = async () => {
        child.kill("SIGTERM");
        await ended;
        process.off("exit", kill);
    };
    stops.push(stop);
    const line = await new Promise((done) => {
        createInterface({ input: child.stdout }).once("line", done);
        ended.then(() => done(""));
    });
    if (!line) throw new Error(`maille serve did not start: ${said}`);
    return { url: "http://" + JSON.parse(line).address, stop, said: () => said };
}

/**
 * `maille serve` on a workspace of its own, with an account of each role.
 *
 * @param {{study?: string, workspace?: string, config?: string[], departments?: string[]}} [what]
 *     a study file (the sample region's without any) or a workspace, which are copied; lines of
 *     serve.yaml; what the accounts are bound to
 * @returns `{url, workspace, folder, tokens: {lecteur: …}, page(size, options), get(path, role), stop(),
 *     said()}`
 */
export async function start({ study, workspace, config = [], departments = [] } = {}) {
    const folder = scratch();
    const from = workspace ?? computed(path.resolve(study ?? path.join(SAMPLE, "study.yaml")));
    const own = copyWorkspace(from, folder);
    const bound = departments.flatMap((code) => ["--department", code]);
    const tokens = {};
    for (const role of roles)
        tokens[role] = maille("token", "create", "--name", role, "--role", role, ...bound, "-w", own).trim();
    const service = { folder, tokens, workspace: own, ...(await serve(own, folder, config)) };
    service.page = (size, options) => openPage(service, size, options);
    service.get = async (where, role) => {
        const headers = { "accept-language": "fr", accept: "application/json" };
        if (role) headers.authorization = `Bearer ${tokens[role]}`;
        return (await fetch(service.url + where, { headers })).json();
    };
    return service;
}

/* ---- the browser ---- */

const FLAGS = [
    "--enable-unsafe-swiftshader", // WebGL without a graphics card
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--no-first-run",
];

export const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
let browser = null;
async function openBrowser() {
    if (!browser) {
        const opening = packages("playwright-core").chromium.launch({
            executablePath: chromium,
            args: FLAGS,
            chromiumSandbox: false,
        });
        browser = opening;
        stops.push(async () => {
            browser = null;
            await (await opening).close();
        });
    }
    return browser;
}

/* What is known of a page: whose it is, and what went wrong on it. */
const about = new WeakMap();
const open = new Set();
export const serviceOf = (page) => about.get(page).service;
/** `{console: [text], outside: [url]}`: errors, and requests to somewhere else, since it was opened. */
export const noticed = (page) => about.get(page);

/**
 * A page (about:blank) of its own browser context, French, without movement.
 * @param {"laptop"|"projector"|"phone"|{width: number, height: number}} [size]
 * @param {object} [options] more of playwright's newContext
 */
async function openPage(service, size = "laptop", options = {}) {
    const context = await (await openBrowser()).newContext({
        viewport: sizes[size] ?? size,
        deviceScaleFactor: 1,
        reducedMotion: "reduce",
        locale: "fr-FR",
        timezoneId: "Europe/Paris",
        hasTouch: size === "phone",
        ...options,
    });
    context.setDefaultTimeout(15000);
    // Nobody is on a first visit, unless a test says so (it sets "" there).
    await context.addInitScript(() => {
        if (location.protocol.startsWith("http") && localStorage.getItem("maille.visite") === null)
            localStorage.setItem("maille.visite", "public compte");
    });
    const page = await context.newPage();
    const seen = { service, console: [], outside: [] };
    about.set(page, seen);
    open.add(page);
    page.once("close", () => open.delete(page));
    page.on("console", (message) => {
        if (message.type() === "error")
            seen.console.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (fault) => seen.console.push(String(fault.stack ?? fault)));
    context.on("request", (request) => {
        const inside = ["data:", "blob:", "about:"].some((scheme) => request.url().startsWith(scheme));
        if (!inside && new URL(request.url()).origin !== service.url) seen.outside.push(request.url());
    });
    return page;
}

/** A session for the page's browser; a page of the service is loaded anew, so that it knows. */
export async function login(page, role) {
    const service = serviceOf(page);
    const answer = await page.context().request.post(service.url + "/session", {
        data: { token: service.tokens[role] },
    });
    if (answer.status() !== 201) throw new Error(`POST /session as ${role}: ${answer.status()}`);
    if (page.url().startsWith(service.url)) await page.reload();
}

/** Waits until the map of the page has drawn all that it has to. */
export async function mapIdle(page) {
    await page.waitForFunction(() => window.maille?.view?.map);
    await page.evaluate(
        () =>
            new Promise((done) => {
                const map = window.maille.view.map;
                map.once("idle", done);
                map.triggerRepaint();
            }),
    );
}

/**
 * Pictures of a page at each of the three sizes: <build>/web-shots/<name>-<size>.png. `at` (page,
 * size) is called before each, for checks that are to hold at every size.
 */
export async function shot(page, name, { at = null, only = Object.keys(sizes) } = {}) {
    const before = page.viewportSize();
    fs.mkdirSync(shots, { recursive: true });
    for (const size of only) {
        await page.setViewportSize(sizes[size]);
        if (await page.evaluate(() => Boolean(window.maille?.view?.map))) await mapIdle(page);
        if (at) await at(page, size);
        await page.screenshot({ path: path.join(shots, `${name}-${size}.png`) });
    }
    await page.setViewportSize(before);
}

/* ---- running ---- */

async function pictures(name) {
    let number = 0;
    fs.mkdirSync(shots, { recursive: true });
    for (const page of open) {
        const file = path.join(shots, `echec-${name.replace(/[^\p{L}\p{N}]+/gu, "-")}-${number++}.png`);
        await page.screenshot({ path: file }).then(
            () => console.log(`       picture: ${file} of ${page.url()}`),
            () => {},
        );
    }
}

/**
 * Runs each test in order and ends the process: 1 when one failed. Pages are closed after each; services
 * live until the end, unless `stop` is called.
 */
export async function main(tests) {
    let failed = 0;
    for (const [name, test] of Object.entries(tests)) {
        const began = Date.now();
        try {
            await test();
            console.log(`ok   ${name} (${Date.now() - began} ms)`);
        } catch (fault) {
            failed++;
            console.log(`FAIL ${name}: ${fault?.stack ?? fault}`);
            await pictures(name);
        }
        for (const page of [...open]) await page.context().close();
    }
    await stopAll();
    process.exit(failed ? 1 : 0);
}
