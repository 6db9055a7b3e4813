// Measures the map page in Chromium; tools/bench.d/web.py calls it and reads the JSON that it prints.
//
// usage: node web_page.mjs first|stroke|france ADDRESS [TOKEN]      with NODE_PATH's playwright-core in PLAYWRIGHT
import { createRequire } from "node:module";

const { chromium } = createRequire(process.env.PLAYWRIGHT + "/")("playwright-core");
const [, , what, url, token] = process.argv;
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

/** Bytes and requests as the network saw them, headers included. */
async function watchWire(wire) {
    const seen = { requests: 0, bytes: 0, last: 0, open: 0, kinds: {} };
    const kind = new Map();
    await wire.send("Network.enable");
    wire.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
        if (/\/events(\?|$)/.test(request.url) || !request.url.startsWith("http")) return; // the stream never ends
        kind.set(requestId, type);
        seen.requests++;
        seen.open++;
    });
    const end = (requestId, bytes) => {
        if (!kind.has(requestId)) return;
        const name = kind.get(requestId);
        kind.delete(requestId);
        seen.open--;
        seen.bytes += bytes;
        seen.kinds[name] = (seen.kinds[name] ?? 0) + bytes;
        seen.last = Date.now();
    };
    wire.on("Network.loadingFinished", (event) => end(event.requestId, event.encodedDataLength));
    wire.on("Network.loadingFailed", (event) => end(event.requestId, 0));
    return seen;
}

const drawn = (page) => page.waitForFunction(() => window.maille?.view.map.loaded() && window.maille.view.map.areTilesLoaded(),
    null, { timeout: 120000 });

async function quiet(page, seen) {
    await drawn(page);
    while (seen.open > 0 || Date.now() - seen.last < IDLE_MS) await page.waitForTimeout(50);
    await drawn(page);
}

async function first() {
    const { browser, page, wire } = await open();
    const seen = await watchWire(wire);
    const began = Date.now();
    await page.goto(url);
    await drawn(page);
    const shown = Date.now() - began;
    await quiet(page, seen);
    const idle = seen.last - began;
    const cold = { bytes: seen.bytes, requests: seen.requests, kinds: seen.kinds, shown_ms: shown, idle_ms: idle };
    Object.assign(seen, { bytes: 0, requests: 0, kinds: {} });
    await page.reload();
    await quiet(page, seen);
    await browser.close();
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
    const seen = await watchWire(wire);
    await page.goto(url);
    await quiet(page, seen);
    await page.evaluate(() => window.maille.view.map.jumpTo({ center: [2.4, 46.6], zoom: 6.2 }));
    await quiet(page, seen);
    const pan = async () => {
        for (let i = 0; i < 12; i++) {
            const [dx, dy] = [[260, 0], [0, 160], [-260, 0], [0, -160]][i % 4];
            await page.mouse.move(760, 400);
            await page.mouse.down();
            for (let step = 1; step <= 20; step++) {
                await page.mouse.move(760 + (dx * step) / 20, 400 + (dy * step) / 20);
                await page.waitForTimeout(12);
            }
            await page.mouse.up();
            await page.waitForTimeout(150);
        }
    };
    const { tasks, frames } = await profiled(page, wire, pan);
    const zoomed = await profiled(page, wire, async () => {
        for (let i = 0; i < 6; i++) {
            await page.mouse.move(700, 380);
            await page.mouse.wheel(0, i < 3 ? -360 : 360);
            await page.waitForTimeout(900);
        }
    });
    await browser.close();
    const told = ({ tasks: list, frames: times }) => ({ long_tasks: list.length, longest_ms: Math.max(0, ...list.map((t) => t.duration)),
        longest_ours_ms: Math.max(0, ...list.map((t) => t.ours)), frame_p50_ms: share(times, 0.5), frame_p95_ms: share(times, 0.95) });
    return { pan: told({ tasks, frames }), zoom: told(zoomed) };
}

const acts = { first, france };
if (what === "stroke") acts.stroke = (await import("./web_stroke.mjs")).stroke;
console.log(JSON.stringify(await acts[what]({ open, url, token, share, quiet, watchWire })));
