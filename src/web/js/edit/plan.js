/* The perimeters of one scenario and kind as they stand, what is not saved yet included. One store for all panels that
 * edit: it knows no element of the page but the address. */
import { base, get, may, onSession, post, query, requestId, session } from "../base/api.js";
import * as state from "../base/state.js";
import { tellProblem } from "../base/ui.js";
import { apply, copy, effective, fromAnswer, touched } from "./members.js";
import { Outbox, bodyOf, storage, stored } from "./outbox.js";
import { colours, nearby, touching } from "./palette.js";
import { Steps } from "./steps.js";

const watchers = new Set();
const tell = (what, more = {}) => [...watchers].forEach((f) => f({ what, ...more }));

let known = { perimeters: new Map(), holders: new Map() }; /* as the service told it last */
let shown = known; /* with what is on its way */
let loading = null;
let study = null;
let near = new Map(); /* communes that lie side by side */
let colouring = new Map();
let saves = 0; /* answers that were taken in: what was asked before them is out of date */
const mine = new Set(); /* ids of changes that were made here */
const steps = new Steps();
const outbox = new Outbox(heard);
const versionOf = (etat) => Number(/^v(\d+)/.exec(etat ?? "")?.[1] ?? 0);

/** Where what belongs to this workspace, account and scenario is kept in the browser. */
const place = (scenario = plan.scenario) => `${base}.${study?.id ?? ""}.${session.nom ?? ""}.${scenario}`;

export const plan = {
    /** Code → {code, nom, population, departement} of all communes. */
    communes: new Map(),
    loaded: false,
    outbox,

    get scenario() { return state.get("scenario") === "reference" ? "" : state.get("scenario"); },
    get genre() { return state.get("genre") || study?.genres?.[0]?.id || "cpts"; },
    get perimeters() { return shown.perimeters; },
    /** `{perimeters, holders}`, for members.js and stroke.js. */
    get members() { return shown; },
    holders: (code) => [...(shown.holders.get(code) ?? [])],

    get current() { return state.get("perimetre"); },
    set current(id) { state.set({ perimetre: id ?? "" }, { push: true }); },

    /** Calls `f({what, …})` after each change: "members" (read again), "stroke" (something is shown that is on its way),
     *  "saved" ({answer, item}), "refused" ({item, fault}), "conflict" ({item, fault}), "current", "outbox", "steps", "locks". */
    watch: (f) => (watchers.add(f), () => watchers.delete(f)),

    /** Tells what is looked at, before anything else; `names()` gives where communes lie (map.js). */
    start(given, names) {
        study = given;
        names().then((all) => {
            near = nearby([...all.values()]);
            colouring = new Map();
            if (plan.loaded) show("members");
        }).catch(() => {}); /* colours come from the ids alone then */
        state.watch(["scenario", "genre"], reload);
        state.watch(["perimetre"], () => tell("current"));
        onSession(reload);
        return reload();
    },

    /** Reads who holds what, anew. */
    load() {
        const asked = { scenario: plan.scenario, kind: plan.genre };
        const names = !plan.communes.size;
        const before = saves;
        const reading = get(`/members${query({ ...asked, noms: names ? "" : "false" })}`).then((answer) => {
            if (loading !== reading) return loading;
            if (names) plan.communes = new Map(answer.nommees.map(([code, nom, population, departement]) =>
                [code, { code, nom, population, departement }]));
            if (before !== saves) return plan.load();
            known = fromAnswer(answer);
            plan.loaded = true;
            if (may("planificateur")) outbox.open(`${base}.${study?.id ?? ""}.${session.nom}`);
            else outbox.close();
            steps.open(plan.scenario);
            show("members");
            return plan;
        });
        loading = reading;
        return reading;
    },

    /** Does gestures: shown at once, sent in their turn, kept while nobody answers. The promise of the answer. `label` are
     *  the words of it. */
    change(gestures, { motif = null, label = "" } = {}) {
        const item = { id: requestId(), scenario: plan.scenario, genre: plan.genre, motif, gestes: gestures,
            vu: seen(gestures), made: { le: Date.now(), label } };
        apply(shown, gestures, plan.communes);
        colour();
        const answer = outbox.add(item);
        steps.did({ item, label });
        tell("stroke", { item });
        return answer;
    },

    /** What gestures would do (`POST /what-if`); nothing is saved. */
    async tryOut(gestures, { signal } = {}) {
        await outbox.idle();
        signal?.throwIfAborted();
        const before = pending().flatMap((item) => item.gestes);
        return post("/what-if", { scenario: plan.scenario, genre: plan.genre, gestes: [...before, ...gestures] }, {}, signal);
    },

    /** One step back: `{item}` that had not left yet, or the answer of the service. */
    async undo() {
        const last = pending().at(-1);
        if (last) {
            outbox.drop(last, { uncertain: last.tried });
            steps.dropped(last);
            show("stroke");
            return { item: last };
        }
        return turn("/undo");
    },

    async redo() {
        const next = steps.next;
        if (next?.item && !next.sent) {
            const gestures = effective(shown, next.item.gestes);
            const rest = steps.redo.slice(0, -1);
            const answer = gestures.length ? plan.change(gestures, { motif: next.item.motif, label: next.label }) : null;
            steps.keepRedo(rest);
            return answer;
        }
        return turn("/redo");
    },

    /** What undo and redo would do, in words: `{undo, redo}`, null where there is nothing. */
    get steps() { return steps.words(); },

    /* ---- locks: what is settled, for this account and scenario ---- */
    locks() {
        return new Set(JSON.parse(storage().getItem(`maille.verrous.${place()}`) ?? "[]"));
    },
    lock(ids, is) {
        const now = plan.locks();
        for (const id of ids) is ? now.add(id) : now.delete(id);
        storage().setItem(`maille.verrous.${place()}`, JSON.stringify([...now]));
        tell("locks");
    },

    /** Whether a change of that id was made here. */
    isMine: (id) => mine.has(id),

    /** The stroke that waits for a decision, with what the service told: `{item, fault}` or null. */
    conflict: null,

    /** After a conflict: the stroke on top of what stands, as far as it still changes something; false where it changes
     *  nothing anymore. */
    async reapply() {
        const { item, fault } = plan.conflict;
        await plan.load();
        const gestes = effective(withItems(pending().slice(0, pending().indexOf(item))), item.gestes);
        if (!gestes.length) return plan.giveUp(), false;
        const states = Object.fromEntries(touched(gestes).map((id) => [id, known.perimeters.get(id)?.etat]).filter(([, etat]) => etat));
        for (const { id, etat } of fault.body.perimetres ?? []) states[id] ??= etat;
        plan.conflict = null;
        outbox.renew(item, { vu: Object.fromEntries(Object.entries(states).filter(([id]) => touched(gestes).includes(id))), gestes });
        show("stroke");
        return true;
    },

    /** After a conflict or a refusal: the stroke is not sent anymore; it is kept in a list. */
    giveUp(item = plan.conflict?.item) {
        if (plan.conflict?.item === item) plan.conflict = null;
        setAside(item, null);
        outbox.drop(item);
        steps.dropped(item, { forget: true });
        item.reject?.(new DOMException("given up", "AbortError"));
        show("stroke");
    },

    /** Strokes that were not done, newest first: `[{key, id, gestes, made, raison}]`. */
    aside: () => stored(storage(), `maille.ecarte.${place()}.`).reverse(),
    forgetAside(key) {
        storage().removeItem(key);
        tell("outbox");
    },
};

const reload = () => (session.role ? plan.load().catch(tellProblem) : Promise.resolve());

/** Items of the outbox that show here, in order. */
const pending = () => outbox.items.filter((item) => item.scenario === plan.scenario && item.genre === plan.genre && !item.cancelled);

const withItems = (items) => items.reduce((m, item) => apply(m, item.gestes, plan.communes), copy(known));

/** What is known with what is on its way. */
function show(what, more) {
    shown = withItems(pending());
    colour();
    tell(what, more);
}

function colour() {
    if ([...shown.perimeters.keys()].some((id) => !colouring.has(id)))
        colouring = colours(shown.perimeters, touching(shown.perimeters, near), colouring);
    for (const [id, one] of shown.perimeters) one.couleur = colouring.get(id);
}

/** What was seen of each perimeter that gestures touch: its state, or what it becomes by a stroke that is on its way. */
function seen(gestures) {
    const vu = {};
    for (const id of touched(gestures)) {
        const last = outbox.items.findLast((item) => item.scenario === plan.scenario && touched(item.gestes).includes(id));
        if (last) vu[id] = { apres: last.cancelled ? `${last.id}a` : last.id };
        else if (known.perimeters.get(id)?.etat) vu[id] = known.perimeters.get(id).etat;
    }
    return vu;
}

function setAside(item, raison) {
    const { id, scenario, gestes, motif, made } = { ...bodyOf(item), made: item.made };
    storage().setItem(`maille.ecarte.${place(scenario)}.${Date.now()}-${id.slice(0, 6)}`,
        JSON.stringify({ id, gestes, motif, made, raison }));
}

/* Gestures whose effect on communes the service knows better. */
const FAR = new Set(["give-gap", "merge", "share", "on-purpose", "zone", "status"]);

/** Takes what the service answered into what is known; false where it must be read again. */
function settle(item, answer) {
    const here = item.scenario === plan.scenario && item.genre === plan.genre;
    if (!here) return true;
    const alone = Object.entries(answer.etats).every(([id, etat]) =>
        versionOf(etat) === versionOf(known.perimeters.get(id)?.etat) + 1);
    apply(known, item.gestes, plan.communes);
    for (const [id, etat] of Object.entries(answer.etats)) if (known.perimeters.has(id)) known.perimeters.get(id).etat = etat;
    for (const { id, apres } of answer.perimetres)
        if (apres && known.perimeters.has(id)) Object.assign(known.perimeters.get(id), { population: apres.population, taille: apres.taille });
    return alone && !item.cancelled && !item.kept && !item.gestes.some((one) => FAR.has(one.geste));
}

function heard(kind, { item, answer, fault }) {
    if (kind === "state") return tell("outbox");
    if (kind === "done") {
        saves++;
        mine.add(answer.id_changement);
        const whole = settle(item, answer);
        if (item.kept) steps.reopen();
        else steps.saved(item);
        show("saved", { item, answer });
        return whole ? undefined : reload();
    }
    if (kind === "conflict") {
        plan.conflict = { item, fault };
        return tell("conflict", { item, fault });
    }
    setAside(item, fault.detail ?? null);
    steps.dropped(item, { forget: true });
    show("refused", { item, fault });
    return reload();
}

/** Undo and redo at the service, once all that is on its way has arrived. */
async function turn(path) {
    await outbox.idle();
    const answer = await post(path, { id: requestId(), scenario: plan.scenario });
    mine.add(answer.id_changement);
    steps.turned(path);
    await plan.load();
    tell("saved", { answer });
    return answer;
}

steps.onChange = () => tell("steps");
