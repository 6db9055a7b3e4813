/* How long a stroke takes from the lifted tool to its figures on screen, and where the time goes. `window.maille.timings`
 * holds them for the bench: `{communes, total, drawing, network, service, dom}`, milliseconds. */

export const timings = [];
const KEPT = 500;

/* Answers of the service as the browser saw them, by the moment in which they ended. */
const seen = [];
if (globalThis.PerformanceObserver?.supportedEntryTypes?.includes("resource"))
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (/\/changes(\?|$)/.test(entry.name)) seen.push(entry);
        seen.splice(0, seen.length - 20);
        timings.slice(-20).forEach(divide);
    }).observe({ type: "resource" });

/* Waiting for the first byte is the service's part, what is around it the network's. */
function divide(one) {
    if (one.service !== null) return;
    const entry = seen.find((other) => other.startTime >= one.start - 1 && other.startTime <= one.answered);
    if (!entry?.requestStart) return;
    one.service = entry.responseStart - entry.requestStart;
    one.network = Math.max(0, one.answered - one.asked - one.service);
}

export class Stopwatch {
    /** `at` is when the tool was lifted. */
    constructor(at) {
        this.start = at;
    }

    sent(communes) {
        this.asked = performance.now();
        this.communes = communes;
    }

    answered() {
        this.answer ??= performance.now();
    }

    /** Figures stand in the page: the next frame shows them. */
    shown() {
        this.answered();
        const inserted = performance.now();
        requestAnimationFrame(() => {
            const end = performance.now();
            const one = { communes: this.communes, total: end - this.start, drawing: this.asked - this.start,
                network: this.answer - this.asked, service: null, dom: end - this.answer, inserted: inserted - this.answer,
                start: this.start, asked: this.asked, answered: this.answer };
            timings.push(one);
            timings.splice(0, timings.length - KEPT);
            performance.measure("maille:stroke", { start: this.start, end, detail: one });
            divide(one);
        });
    }
}
