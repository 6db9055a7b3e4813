// Measures the map page in Chromium; tools/bench.d/web.py calls it and reads the JSON that it prints.
//
// usage: node web_page.mjs first|stroke|france ADDRESS [TOKEN]      with NODE_PATH's playwright-core in PLAYWRIGHT
import { createRequire } from "node:module";
import net from "node:net";

const { chromium } = createRequire(process.env.PLAYWRIGHT + "/")("playwright-core");
const [, , what, url, token] = process.argv;
const MOVES = 8; // of a drag: without a graphics card each is a frame of seconds
const IDLE_MS = 500; // nothing on the wire for so long, and the map is drawn: the first view stands

async function open(size = { width: 1366, height: 768 }) {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-quic", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"],
    });
    const context = await browser.newContext({ viewport: size, locale: "fr-FR" });
    const page = await context.newPage();
    return { browser, context, page, wire: await context.newCDPSession(page) };
}

/** A wire between the browser and the service: what goes over it is counted, headers and workers' requests included. */
async function countingWire(target) {
    const { hostname, port } = new URL(target);
    const seen = { requests: 0, bytes: 0, last: Date.now(), kinds: {} };
    const server = net.createServer((browser) => {
        const service = net.connect(Number(port), hostname);
        let kind = "other";
        browser.on("data", (piece) => {
            const line = /^[A-Z]+ (\S+) HTTP/.exec(piece.toString("latin1", 0, 500));
            if (line) {
                kind = kindOf(line[1]);
                if (kind !== "events") seen.requests++;
            }
        });
        service.on("data", (piece) => {
            if (kind === "events") return; // signs of life of a stream that never ends
            seen.bytes += piece.length;
            seen.kinds[kind] = (seen.kinds[kind] ?? 0) + piece.length;
            seen.last = Date.now();
        });
        browser.pipe(service).pipe(browser);
        for (const end of [browser, service]) end.on("error", () => (browser.destroy(), service.destroy()));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    seen.base = `http://127.0.0.1:${server.address().port}`;
    seen.close = () => server.close();
    return seen;
}

const kindOf = (path) => (/^\/events/.test(path) ? "events" : /\/vendor\//.test(path) ? "library and letters"
    : /^\/web\//.test(path) ? "modules and styles" : /^\/tiles/.test(path) ? "tiles" : "answers");

const drawn = (page) => page.waitForFunction(() => window.maille?.view.map.loaded() && window.maille.view.map.areTilesLoaded(),
    null, { timeout: 120000 });

async function quiet(page, seen) {
    await drawn(page);
    while (Date.now() - seen.last < IDLE_MS) await page.waitForTimeout(50);
    await drawn(page);
}

/** The page's address, over that wire. */
const over = (seen) => url.replace(/^https?:\/\/[^/]+/, seen.base);

async function first() {
    const { browser, page } = await open();
    const seen = await countingWire(url);
    const began = Date.now();
    await page.goto(over(seen));
    await drawn(page);
    const shown = Date.now() - began;
    await quiet(page, seen);
    const cold = { bytes: seen.bytes, requests: seen.requests, kinds: seen.kinds, shown_ms: shown, idle_ms: seen.last - began };
    Object.assign(seen, { bytes: 0, requests: 0, kinds: {} });
    await page.reload();
    await quiet(page, seen);
    await browser.close();
    seen.close();
    return { cold, again: { bytes: seen.bytes, requests: seen.requests } };
}

/** Long tasks with the part of each that ran in modules of ours, by samples of the profiler. */
async function profiled(page, wire, act) {
    await page.evaluate(() => {
        window.tasks = [];
        window.frames = [];
        new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))))
            .observe({ type: "longtask" });
        let before = performance.now();
        const frame = (now) => {
            window.frames.push(now - before);
            before = now;
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    });
    await wire.send("Profiler.enable");
    await wire.send("Profiler.setSamplingInterval", { interval: 1000 });
    await wire.send("Profiler.start");
    const origin = await page.evaluate(() => performance.now());
    await act();
    const { profile } = await wire.send("Profiler.stop");
    const { tasks, frames } = await page.evaluate(() => ({ tasks: window.tasks, frames: window.frames }));
    return { tasks: tasks.map((task) => ({ ...task, ours: ours(profile, task, origin) })), frames };
}

function ours(profile, task, origin) {
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    const parent = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
    const own = new Map();
    const isOurs = (id) => {
        if (!own.has(id))
            own.set(id, /\/web\/[^/]+\/js\//.test(nodes.get(id).callFrame.url) || (parent.has(id) && isOurs(parent.get(id))));
        return own.get(id);
    };
    let at = profile.startTime;
    let sum = 0;
    profile.samples.forEach((id, i) => {
        const length = profile.timeDeltas[i];
        at += length;
        const ms = origin + (at - profile.startTime) / 1000;
        if (ms >= task.startTime && ms <= task.startTime + task.duration && isOurs(id)) sum += length / 1000;
    });
    return sum;
}

const share = (values, part) => {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] : null;
};

async function france() {
    const { browser, page, wire } = await open();
    const seen = await countingWire(url);
    await page.goto(over(seen));
    await quiet(page, seen);
    await page.evaluate(() => window.maille.view.map.jumpTo({ center: [2.4, 46.6], zoom: 6.2 }));
    await quiet(page, seen);
    const pan = async () => {
        for (const [dx, dy] of [[260, 160], [-260, -160]]) {
            await page.mouse.move(760, 400);
            await page.mouse.down();
            for (let step = 1; step <= MOVES; step++) {
                await page.mouse.move(760 + (dx * step) / MOVES, 400 + (dy * step) / MOVES);
                await page.waitForTimeout(12);
            }
            await page.mouse.up();
            await page.waitForTimeout(150);
        }
    };
    const { tasks, frames } = await profiled(page, wire, pan);
    const zoomed = await profiled(page, wire, async () => {
        for (const turn of [-360, 360]) {
            await page.mouse.move(700, 380);
            await page.mouse.wheel(0, turn);
            await page.waitForTimeout(900);
        }
    });
    await browser.close();
    seen.close();
    const told = ({ tasks: list, frames: times }) => ({ long_tasks: list.length, longest_ms: Math.max(0, ...list.map((t) => t.duration)),
        longest_ours_ms: Math.max(0, ...list.map((t) => t.ours)), frame_p50_ms: share(times, 0.5), frame_p95_ms: share(times, 0.95) });
    return { pan: told({ tasks, frames }), zoom: told(zoomed) };
}

const acts = { first, france };
if (what === "stroke") acts.stroke = (await import("./web_stroke.mjs")).stroke;
console.log(JSON.stringify(await acts[what]({ open, url, token, share, drawn })));
