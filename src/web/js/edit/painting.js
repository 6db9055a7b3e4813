/* A stroke from its beginning to its end: what it would change is shown and tried out while it is drawn; at its end it is
 * one change, one transaction. */
import { session } from "../base/api.js";
import { t } from "../base/text.js";
import { dialog, message, say, tellProblem } from "../base/ui.js";
import { h } from "../base/dom.js";
import { plan } from "./plan.js";
import { settings } from "./settings.js";
import { heldByOthers, strokeGestures } from "./stroke.js";
import { Stopwatch } from "./timing.js";

const TRY_EVERY_MS = 80;

/** Names of perimeters as a list in words. */
const called = (ids) => [...ids].map((id) => plan.perimeters.get(id)?.nom ?? id).join(", ");

/** A stroke in words: "3 communes ajoutées à CPTS Nord". */
export const strokeLabel = (how, count, id) => t(how === "remove" ? "edit.removed-from" : "edit.added-to", { n: count, nom: plan.perimeters.get(id)?.nom ?? id });

export class Painting {
    #how = null;
    #codes = new Set();
    #asked = null;
    #due = 0;
    #last = 0;

    /** `paint` is the PaintMap; `told({kind, …})` hears "drawing" ({how, codes, effect}), "end" and "cancel". */
    constructor(paint, told) {
        Object.assign(this, { paint, told });
    }

    get drawing() {
        return this.#how !== null;
    }

    begin(how) {
        this.#how = how;
        this.#codes = new Set();
    }

    /* What the stroke would do as it is; communes out of the account's départements are left out. */
    #stroke(take = settings.take !== "beside") {
        const bound = session.departements?.length ? new Set(session.departements) : null;
        const codes = bound ? [...this.#codes].filter((code) => bound.has(plan.communes.get(code)?.departement)) : [...this.#codes];
        const stroke = strokeGestures(plan.members, { codes, current: plan.current, how: this.#how, take, locks: plan.locks() });
        return { ...stroke, outside: this.#codes.size - codes.length };
    }

    /** All that the tool lies on since it was put down. */
    over(codes) {
        if (codes.size === this.#codes.size && [...codes].every((code) => this.#codes.has(code))) return;
        this.#codes = new Set(codes);
        const stroke = this.#stroke();
        this.paint.preview(stroke.codes, this.#how);
        this.told({ kind: "drawing", how: this.#how, codes: stroke.codes });
        this.#try(stroke.gestures);
    }

    /* Tries out what is drawn: one request at a time, the latest counts. */
    #try(gestures) {
        clearTimeout(this.#due);
        const wait = Math.max(0, this.#last + TRY_EVERY_MS - performance.now());
        this.#due = setTimeout(async () => {
            this.#last = performance.now();
            this.#asked?.abort();
            if (!gestures.length || plan.outbox.state === "offline") return;
            const asked = (this.#asked = new AbortController());
            try {
                const effect = await plan.tryOut(gestures, { signal: asked.signal });
                if (!asked.signal.aborted && this.drawing) this.told({ kind: "drawing", how: this.#how, effect });
            } catch (fault) {
                if (fault.name !== "AbortError" && !("status" in fault)) tellProblem(fault); /* its end tells what the service says */
            }
        }, wait);
    }

    #stop() {
        clearTimeout(this.#due);
        this.#asked?.abort();
    }

    #nothing() {
        this.#how = null;
        this.paint.preview([], null);
        this.told({ kind: "cancel" });
    }

    cancel() {
        this.#stop();
        this.#nothing();
        say(t("edit.stroke-cancelled"));
    }

    /** The tool was lifted (at this time): the stroke becomes a change. */
    async end(at = performance.now()) {
        let watch = new Stopwatch(at);
        this.#stop();
        const how = this.#how;
        if (how === "add" && !settings.take && heldByOthers(plan.members, plan.current, this.#codes, plan.locks()).length) {
            const answered = await this.#askTake();
            watch = new Stopwatch(performance.now()); /* the time to think is not the program's */
            if (!answered) return this.#nothing();
        }
        const stroke = this.#stroke();
        tellLeft(stroke, how);
        if (!stroke.gestures.length) return this.#nothing();
        this.#how = null;
        this.paint.end();
        const label = strokeLabel(how, stroke.codes.length, plan.current);
        const answer = plan.change(stroke.gestures, { label, motif: settings.reason || null });
        watch.sent(stroke.codes.length);
        this.told({ kind: "end", how, label, watch, answer });
        return answer.catch(() => {}); /* told by the outbox's watchers */
    }

    /** A stroke of these communes at once: by keyboard, by name. */
    at(codes, how) {
        this.begin(how);
        this.#codes = new Set(codes);
        return this.end();
    }

    /* Asks once what becomes of communes that others hold; the settings change it. */
    async #askTake() {
        const codes = heldByOthers(plan.members, plan.current, this.#codes, plan.locks());
        const ids = new Set(codes.flatMap((code) => plan.holders(code).filter((id) => plan.perimeters.get(id).actif !== false)));
        const answer = await dialog({
            title: t("edit.take-title"), close: t("cancel"),
            body: [h("p", {}, t("edit.take-text", { n: codes.length, noms: called(ids), nom: called([plan.current]) })),
                h("p", { class: "soft" }, t("edit.take-later"))],
            actions: [{ title: t("cancel"), value: null }, { title: t("edit.beside"), value: "beside" },
                { title: t("edit.take"), value: "take", primary: true }],
        });
        if (answer) settings.take = answer;
        return Boolean(answer);
    }
}

/* Tells what a stroke left as it is, and why. */
function tellLeft({ locked, outside, gestures }, how) {
    const mine = plan.locks().has(plan.current);
    const text = !plan.perimeters.has(plan.current) ? t("edit.choose-first")
        : mine ? t("edit.current-locked", { nom: called([plan.current]) })
            : locked.length ? t("edit.left-locked", { n: locked.length })
                : outside ? t("edit.left-outside", { n: outside })
                    : gestures.length ? null : t(how === "remove" ? "edit.nothing-removed" : "edit.nothing-added", { nom: called([plan.current]) });
    if (text) message(text, { kind: gestures.length || !mine ? "info" : "warning", key: "trait", seconds: 6 });
}
