/* Perimeters are there: for what cannot be told before. */
import { plan } from "./plan.js";

/** Resolves when the perimeters of the page have been read once. */
export function planLoaded() {
    if (plan.loaded) return Promise.resolve();
    return new Promise((done) => {
        const stop = plan.watch(() => plan.loaded && (stop(), done()));
    });
}
