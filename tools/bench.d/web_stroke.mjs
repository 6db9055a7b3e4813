// Strokes of the brush over some thirty communes, each taken back: from the lifted tool to its figures on screen, with
// where the time goes. web_page.mjs calls it.

const STROKES = 30;
const STEPS = 24;
const WANTED = [20, 45]; // communes of a stroke that counts as one over thirty
const TURN = Math.PI * (3 - Math.sqrt(5)); // directions that never repeat

export async function stroke({ open, url, token, share, drawn }) {
    const { browser, context, page } = await open();
    const answer = await context.request.post(new URL("/session", url).href, { data: { token } });
    if (!answer.ok()) throw new Error(`no session: ${answer.status()}`);
    await context.addInitScript(() => {
        localStorage.setItem("maille.visite", "compte public");
        localStorage.setItem("maille.reglages-peinture", JSON.stringify({ take: "beside", size: 1 }));
    });
    await page.goto(url);
    await drawn(page);
    await page.click('[data-outil="brush"]');
    const { width, height } = await page.evaluate(() => {
        const { width, height } = document.querySelector("#map canvas").getBoundingClientRect();
        return { width, height };
    });
    const left = page.viewportSize().width - width;
    const top = page.viewportSize().height - height;
    const timings = [];
    for (let i = 0; i < STROKES; i++) {
        const before = await page.evaluate(() => window.maille.timings.length);
        await drag(page, left + width * (0.45 + 0.1 * Math.cos(i)), top + height * (0.5 + 0.1 * Math.sin(i)), i * TURN, Math.min(width, height) * 0.42);
        try {
            await page.waitForFunction((n) => window.maille.timings.length > n, before, { timeout: 5000 });
        } catch {
            continue; // it changed nothing: all of them were members
        }
        await page.waitForTimeout(150);
        timings.push(await page.evaluate(() => window.maille.timings.at(-1)));
        await page.keyboard.press("Control+z");
        await page.waitForTimeout(400);
    }
    await browser.close();
    const counted = timings.filter((one) => one.communes >= WANTED[0] && one.communes <= WANTED[1] && one.service !== null);
    if (counted.length < 10) throw new Error(`${counted.length} strokes of ${timings.length} were over ${WANTED} communes: ${timings.map((t) => t.communes)}`);
    const of = (key) => counted.map((one) => one[key]);
    const mean = of("communes").reduce((a, b) => a + b) / counted.length;
    return {
        strokes: counted.length, communes: Math.round(mean), p50_ms: share(of("total"), 0.5), p95_ms: share(of("total"), 0.95), most_ms: Math.max(...of("total")),
        parts_p50_ms: Object.fromEntries(["drawing", "network", "service", "dom"].map((key) => [key, share(of(key), 0.5)])),
    };
}

/* Out along a direction and back beside it. */
async function drag(page, x, y, angle, length) {
    const to = (step) => {
        const out = Math.min(step, STEPS / 2) / (STEPS / 2);
        const back = Math.max(0, step - STEPS / 2) / (STEPS / 2);
        return [0, 1].map((axis) => [x, y][axis] + length * (out * turn(angle, axis) - back * turn(angle + 0.9, axis)));
    };
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= STEPS; step++) {
        await page.mouse.move(...to(step));
        await page.waitForTimeout(16);
    }
    await page.mouse.up();
}

const turn = (angle, axis) => (axis ? Math.sin(angle) : Math.cos(angle));
