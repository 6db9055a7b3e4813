/* Strokes on their way, over a connection that fails before and after the service did something, and pages that end at any
 * moment: whatever happens, each stroke is done once, in order, or told to be refused. */
import assert from "node:assert/strict";
import test from "node:test";
import { stubPage } from "./edit_stub.mjs";

stubPage();
const kept = new Map();
globalThis.localStorage = { setItem: (key, value) => kept.set(key, value), getItem: (key) => kept.get(key) ?? null, removeItem: (key) => kept.delete(key),
    key: (i) => [...kept.keys()][i] ?? null, get length() { return kept.size; } };
const { session } = await import("../../../src/web/js/base/api.js");
const { Outbox } = await import("../../../src/web/js/edit/outbox.js");
session.role = "planificateur";

let seed = 3;
const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
const json = (status, body) => ({ ok: status < 300, status, headers: { get: (name) => (name === "Content-Type" ? "application/json" : null) }, json: async () => body });

/** A service that does each id once; `refuses(id)` gives a status instead. */
function service(refuses = () => 0) {
    const answers = new Map();
    const order = [];
    const undone = [];
    const one = (change) => {
        if (answers.has(change.id)) return [200, answers.get(change.id)];
        const status = refuses(change.id);
        if (status) return [status, { detail: "non", perimetres: [] }];
        for (const seen of Object.values(change.vu)) if (seen.apres && !answers.has(seen.apres)) return [422, { detail: `${seen.apres} did not come` }];
        order.push(change.id);
        answers.set(change.id, { etats: {}, perimetres: [], id_changement: change.id });
        return [200, answers.get(change.id)];
    };
    const ask = (path, body) => {
        if (path.endsWith("/undo")) {
            if (!answers.has(body.id)) undone.push(order.at(-1));
            answers.set(body.id, { etats: {}, perimetres: [] });
            return json(200, answers.get(body.id));
        }
        if (!path.endsWith("/queue")) return json(...one(body));
        const reponses = [];
        for (const change of body.changements) {
            const [status, reponse] = one(change);
            reponses.push({ id: change.id, status, reponse });
            if (status >= 300) break;
        }
        return json(200, { faits: reponses.length, reponses });
    };
    return { ask, order, undone };
}

const stroke = (id, after = null) => ({ id, scenario: "", genre: "cpts", motif: null, gestes: [{ geste: "add", perimetre: "a", codes: [id] }],
    vu: { a: after ? { apres: after } : "v1-00" }, made: { le: 0, label: id } });
const turn = () => new Promise((done) => setImmediate(done));

async function drained(outbox) {
    for (let i = 0; outbox.items.length; i++) {
        assert.ok(i < 400, `it ends: ${outbox.state}`);
        outbox.retry();
        await turn();
    }
}

test("each stroke is done once and in order, whatever the connection and the page do", async () => {
    for (let round = 0; round < 150; round++) {
        kept.clear();
        const server = service();
        let good = false;
        globalThis.fetch = async (url, { body }) => {
            await turn();
            const fate = good ? 3 : random(6);
            if (fate === 0) throw new TypeError("before it arrived");
            if (fate === 1) return json(503, {});
            const answer = server.ask(url.pathname, JSON.parse(body));
            if (fate === 2) throw new TypeError("the answer was lost");
            return answer;
        };
        let outbox = new Outbox(() => {});
        outbox.open("w");
        const made = [];
        for (let i = 0; i < 12; i++) {
            const id = `r${round}s${i}`;
            outbox.add(stroke(id, made.at(-1)));
            made.push(id);
            for (let k = random(4); k > 0; k--) await turn();
            if (!random(3)) outbox.retry();
            if (!random(5)) {
                outbox.pump = () => {}; /* the page is gone: what it had under way ends somewhere */
                outbox.retry = () => {};
                outbox = new Outbox(() => {});
                outbox.open("w");
            }
        }
        good = true;
        await drained(outbox);
        assert.deepEqual(server.order, made, `round ${round}`);
        assert.equal([...kept.keys()].filter((key) => key.startsWith("maille.geste.")).length, 0);
    }
});

test("what is refused is told, and those after it go on", async () => {
    kept.clear();
    const server = service((id) => (id === "b" ? 422 : 0));
    globalThis.fetch = async (url, { body }) => server.ask(url.pathname, JSON.parse(body));
    const told = [];
    const outbox = new Outbox((kind, { item }) => item && told.push(`${kind} ${item.id}`));
    outbox.open("w");
    const answers = [outbox.add(stroke("a")), outbox.add(stroke("b", "a")), outbox.add(stroke("c", "b"))];
    const ends = await Promise.allSettled(answers);
    assert.deepEqual(ends.map((one) => one.status), ["fulfilled", "rejected", "fulfilled"]);
    assert.deepEqual(server.order, ["a", "c"]);
    assert.deepEqual(told, ["done a", "refused b", "done c"]);
});

test("a conflict waits for a decision, on either way out nothing else is lost", async () => {
    for (const way of ["again", "drop"]) {
        kept.clear();
        let refuses = true;
        const server = service((id) => (id === "b" && refuses ? 412 : 0));
        globalThis.fetch = async (url, { body }) => server.ask(url.pathname, JSON.parse(body));
        const outbox = new Outbox(() => {});
        outbox.open("w");
        for (const [id, after] of [["a"], ["b", "a"], ["c", "b"]]) outbox.add(stroke(id, after));
        for (let i = 0; i < 20; i++) await turn();
        assert.equal(outbox.state, "conflict");
        outbox.retry();
        await turn();
        assert.deepEqual(server.order, ["a"], "nothing overtakes it");
        refuses = false;
        const item = outbox.items[0];
        if (way === "again") outbox.renew(item, { vu: { a: "v2-00" }, gestes: item.gestes });
        else outbox.drop(item);
        await drained(outbox);
        assert.deepEqual(server.order, way === "again" ? ["a", "b", "c"] : ["a", "c"]);
        assert.equal(outbox.state, "saved");
    }
});

test("a stroke that was given up while nobody knew whether it had arrived is taken back", async () => {
    kept.clear();
    const server = service();
    let cut = true;
    globalThis.fetch = async (url, { body }) => {
        const answer = server.ask(url.pathname, JSON.parse(body));
        if (cut) throw new TypeError("the answer was lost");
        return answer;
    };
    const outbox = new Outbox(() => {});
    outbox.open("w");
    outbox.add(stroke("a"));
    for (let i = 0; i < 5; i++) await turn();
    assert.equal(outbox.state, "offline");
    outbox.drop(outbox.items[0], { uncertain: true });
    outbox.add({ ...stroke("b"), vu: { a: { apres: "aa" } } });
    cut = false;
    await drained(outbox);
    assert.deepEqual(server.order, ["a", "b"]);
    assert.deepEqual(server.undone, ["a"]);
});

test("nobody sends the strokes of somebody else", async () => {
    kept.clear();
    const server = service();
    let cut = true;
    globalThis.fetch = async (url, { body }) => {
        if (cut) throw new TypeError("away");
        return server.ask(url.pathname, JSON.parse(body));
    };
    const outbox = new Outbox(() => {});
    const ask = (nom, role = "planificateur") => (Object.assign(session, { nom, role }), outbox.retry());
    ask("anne");
    outbox.open("w.anne");
    outbox.add(stroke("a"));
    for (let i = 0; i < 5; i++) await turn();
    cut = false;
    ask("benoit");
    for (let i = 0; i < 5; i++) await turn();
    assert.deepEqual(server.order, [], "another account, before its own strokes are taken up");
    outbox.open("w.benoit");
    outbox.add(stroke("b"));
    await drained(outbox);
    assert.deepEqual(server.order, ["b"]);
    ask("carole", "lecteur");
    outbox.close();
    assert.deepEqual(outbox.items, [], "a reader does not see them either");
    ask("anne");
    outbox.open("w.anne");
    await drained(outbox);
    assert.deepEqual(server.order, ["b", "a"], "they wait for who made them");
});
