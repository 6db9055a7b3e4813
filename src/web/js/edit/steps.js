/* What can be taken back and up again, in words: read from the history of the scenario, then kept along. */
import { get, may, query, session } from "../base/api.js";

const MOST_READ = 200;

/** Rows of GET /history (newest first) as steps of `who`: `{undo, redo}`, each `[{id, perimetres, motif}]`, the next one
 *  last. Pure. */
export function stepsOf(rows, who) {
    const changes = new Map();
    for (const row of [...rows].reverse()) {
        if (row.qui !== who) continue;
        if (!changes.has(row.id)) changes.set(row.id, { id: row.id, genre: row.genre, of: row.du_changement, motif: row.motif, perimetres: [] });
        changes.get(row.id).perimetres.push(row.nom ?? row.perimetre);
    }
    const undo = [];
    const redo = [];
    const shift = (from, to, id) => {
        const at = from.findIndex((one) => one.id === id);
        if (at >= 0) to.push(...from.splice(at, 1));
    };
    for (const one of changes.values()) {
        if (one.genre === "annulation") shift(undo, redo, one.of);
        else if (one.genre === "retablissement") shift(redo, undo, one.of);
        else {
            undo.push(one);
            redo.length = 0;
        }
    }
    return { undo, redo };
}

export class Steps {
    undo = [];
    redo = [];
    onChange = () => {};

    /** Reads what was done before. */
    async open(scenario) {
        if (this.scenario === scenario && this.who === session.nom) return;
        Object.assign(this, { scenario, who: session.nom });
        const rows = may("lecteur") ? await get(`/history${query({ scenario, limit: MOST_READ })}`).catch(() => []) : [];
        if (this.scenario !== scenario) return;
        const before = stepsOf(rows, session.nom);
        const sent = (one) => ({ sent: true, label: one.motif || one.perimetres.join(", ") });
        this.undo = [...before.undo.map(sent), ...this.undo.filter((one) => !one.sent && one.item.scenario === scenario)];
        this.redo = before.redo.map(sent);
        this.onChange();
    }

    /** `{item, label}` was done. */
    did(step) {
        this.undo.push(step);
        this.redo = [];
        this.onChange();
    }

    saved(item) {
        const step = this.undo.find((one) => one.item === item);
        if (step) step.sent = true;
    }

    /** A stroke that was not saved is not there anymore; without `forget` it can be done again. */
    dropped(item, { forget = false } = {}) {
        const step = this.undo.find((one) => one.item === item);
        if (!step) return;
        this.undo = this.undo.filter((one) => one !== step);
        if (!forget) this.redo.push(step);
        this.onChange();
    }

    /** What can still be taken up after the last of it was. */
    keepRedo(rest) {
        this.redo = rest;
        this.onChange();
    }

    /** Reads anew, when it is asked next. */
    reopen() {
        const { scenario } = this;
        this.scenario = null;
        return this.open(scenario);
    }

    turned(path) {
        const [from, to] = path === "/undo" ? [this.undo, this.redo] : [this.redo, this.undo];
        const step = from.pop();
        if (step) to.push(step);
        this.onChange();
    }

    get next() {
        return this.redo.at(-1) ?? null;
    }

    words() {
        const label = (list) => (list.length ? list.at(-1).label : null);
        return { undo: label(this.undo), redo: label(this.redo) };
    }
}
