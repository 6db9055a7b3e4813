/* Strokes on their way to the service: each stands in the browser's storage before it is sent and until it is answered,
 * so that neither a lost connection nor a crash of the page loses one. A stroke that is sent twice is done once: the
 * service knows its id. */
import { onSession, post, session } from "../base/api.js";
import { onReach } from "../base/events.js";

const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15000];
const MOST_AT_ONCE = 50;

/** Storage that may be missing: the queue lives as long as the page then. */
export function storage() {
    try {
        localStorage.setItem("maille.essai", "1");
        localStorage.removeItem("maille.essai");
        return localStorage;
    } catch {
        const held = new Map();
        return { setItem: (key, value) => held.set(key, value), getItem: (key) => held.get(key) ?? null,
            removeItem: (key) => held.delete(key), key: (i) => [...held.keys()][i] ?? null, get length() { return held.size; } };
    }
}

/** All values under a prefix, in the order of their keys. */
export function stored(store, prefix) {
    const keys = Array.from({ length: store.length }, (_, i) => store.key(i)).filter((key) => key?.startsWith(prefix)).sort();
    return keys.map((key) => ({ key, ...JSON.parse(store.getItem(key)) }));
}

/** What of `item.vu` names a stroke that was given up names what that one saw instead. */
export function rebase(items, gone) {
    for (const item of items)
        for (const [id, seen] of Object.entries(item.vu))
            if (seen?.apres === gone.id || seen?.apres === undoId(gone)) {
                if (gone.vu[id] === undefined) delete item.vu[id];
                else item.vu[id] = gone.vu[id];
            }
}

/** The id of the request that takes a stroke back which was given up while nobody knew whether it had arrived. */
export const undoId = (item) => `${item.id}a`;

export const bodyOf = ({ id, scenario, genre, motif, vu, gestes }) =>
    ({ id, scenario, genre, motif: motif || null, vu, tolerant: true, gestes });

/** Whether an answer says to try again later rather than that it cannot be. */
const later = (fault) => fault.offline || fault.status === 429 || fault.status >= 500;

export class Outbox {
    items = [];
    /** "saved", "sending", "offline", "session" (log in again), "conflict" (somebody must decide) */
    state = "saved";
    #store = storage();
    #prefix = null;
    #owner = null; /* whose strokes these are: nobody else sends them */
    #running = false;
    #tries = 0;
    #timer = 0;
    #last = 0;

    /** `told(kind, {item, answer, fault})`: kind is "state", "done", "refused" or "conflict". */
    constructor(told) {
        this.told = told;
        const now = () => this.retry();
        addEventListener("online", now);
        onReach((is) => is && now());
        onSession(now);
        addEventListener("beforeunload", (event) => this.items.length && event.preventDefault());
    }

    /** Takes up what was left under this name (workspace and account). */
    open(name) {
        const prefix = `maille.geste.${name}.`;
        if (prefix === this.#prefix) return;
        this.#prefix = prefix;
        this.#owner = session.nom;
        this.items = stored(this.#store, prefix).map((item) => ({ ...item, tried: true, kept: true }));
        this.#last = Math.max(0, ...this.items.map((item) => Number(item.key.slice(prefix.length).split("-")[0])));
        this.state = "saved";
        this.told("state", {});
        this.pump();
    }

    /** Leaves what waits in the storage: somebody else asks, who edits nothing. */
    close() {
        if (this.#prefix === null) return;
        Object.assign(this, { items: [], state: "saved" });
        this.#prefix = this.#owner = null;
        this.told("state", {});
    }

    #mayGo() {
        return session.role && session.nom === this.#owner && this.state !== "conflict";
    }

    /** Puts a stroke at the end and gives the promise of its answer. */
    add(item) {
        this.#last = Math.max(this.#last + 1, Date.now()); /* keys sort as strokes were made */
        item.key = `${this.#prefix}${this.#last}-${item.id}`;
        item.answer = new Promise((resolve, reject) => Object.assign(item, { resolve, reject }));
        item.answer.catch(() => {}); /* who does not wait for it is told by `told` */
        this.items.push(item);
        this.#keep(item);
        this.pump();
        return item.answer;
    }

    #keep({ key, id, scenario, genre, motif, vu, gestes, made, cancelled }) {
        this.#store.setItem(key, JSON.stringify({ id, scenario, genre, motif, vu, gestes, made, cancelled }));
    }

    /** After a conflict: the stroke as it is now, to be sent again. */
    renew(item, { vu, gestes }) {
        Object.assign(item, { vu, gestes });
        this.#keep(item);
        this.#become("saved");
        this.pump();
    }

    /** Takes a stroke away; those after it saw what it saw. One that may have arrived is taken back as soon as that is known. */
    drop(item, { uncertain = false } = {}) {
        if (uncertain) {
            item.cancelled = true;
            this.#keep(item);
            return;
        }
        this.#remove(item);
        rebase(this.items, item);
        this.items.forEach((one) => this.#keep(one));
        if (this.state === "conflict") this.#become("saved");
        this.pump();
    }

    #remove(item) {
        this.items = this.items.filter((one) => one !== item);
        this.#store.removeItem(item.key);
    }

    #become(state) {
        if (state === this.state) return;
        this.state = state;
        this.told("state", {});
    }

    retry() {
        this.#tries = 0;
        clearTimeout(this.#timer);
        if (this.state !== "conflict") this.pump();
    }

    /** Resolves when nothing is on its way, or what is cannot go on. */
    idle() {
        return this.#running ? new Promise((done) => (this.waiting ??= []).push(done)) : Promise.resolve();
    }

    async pump() {
        if (this.#running || !this.#mayGo()) return;
        this.#running = true;
        clearTimeout(this.#timer);
        try {
            while (this.items.length && this.#mayGo()) {
                if (this.state !== "offline") this.#become("sending");
                await this.#send();
                this.#tries = 0;
            }
            if (!this.items.length) this.#become("saved");
        } catch (fault) {
            this.#stopped(fault);
        } finally {
            this.#running = false;
            this.waiting?.splice(0).forEach((done) => done());
        }
    }

    #stopped(fault) {
        if (fault.status === 401) return this.#become("session");
        if (!("status" in fault)) console.error(fault);
        this.#become("offline");
        this.#timer = setTimeout(() => this.pump(), WAITS_MS[Math.min(this.#tries++, WAITS_MS.length - 1)]);
    }

    /* The first, or all that wait up to one that is to be taken back. */
    async #send() {
        const until = this.items.findIndex((item) => item.cancelled);
        const batch = this.items.slice(0, Math.min(MOST_AT_ONCE, until < 0 ? Infinity : until + 1));
        batch.forEach((item) => (item.tried = true));
        if (batch.length === 1) return this.#one(batch[0]);
        const { reponses } = await post("/changes/queue", { changements: batch.map(bodyOf) });
        for (const [i, { status, reponse }] of reponses.entries()) {
            if (status < 300) await this.#done(batch[i], reponse);
            else this.#refused(batch[i], { status, body: reponse, detail: reponse?.detail, offline: false });
        }
        return undefined;
    }

    async #one(item) {
        try {
            await this.#done(item, await post("/changes", bodyOf(item)));
        } catch (fault) {
            if (!("status" in fault) || fault.status === 401 || later(fault)) throw fault;
            this.#refused(item, fault);
        }
    }

    async #done(item, answer) {
        if (item.cancelled)
            await post("/undo", { id: undoId(item), scenario: item.scenario }).catch((fault) => {
                if (later(fault) || fault.status === 401) throw fault;
            });
        this.#remove(item);
        this.told("done", { item, answer });
        item.resolve?.(answer);
    }

    #refused(item, fault) {
        if (later(fault)) throw fault;
        if (item.cancelled) return this.drop(item);
        if (fault.status === 412) {
            this.#become("conflict");
            this.told("conflict", { item, fault });
            return undefined;
        }
        this.#remove(item);
        rebase(this.items, item);
        this.items.forEach((one) => this.#keep(one));
        this.told("refused", { item, fault });
        item.reject?.(fault);
        return undefined;
    }
}
