/* Every kind of fault says what happened and what to do, in words that the service cannot break. */
import assert from "node:assert/strict";
import test from "node:test";

globalThis.location = { search: "" };
const { problemText } = await import("../../../src/web/js/base/problems.js");
const { texts } = await import("../../../src/web/js/base/texts_problems.js");

const fault = (status, detail, offline = false) => ({ status, body: detail ? { detail } : {}, offline });

test("a service that is out of reach is told from a device without a network", () => {
    assert.match(problemText(fault(0, null, true), true), /service ne répond pas/);
    assert.match(problemText(fault(0, null, true), false), /n’est pas connecté au réseau/);
    assert.match(problemText(fault(503, null, true), true), /gardé ici/);
});

test("what the service says comes first, what to do after it", () => {
    assert.equal(problemText(fault(403, "Cette adresse demande un compte")), `Cette adresse demande un compte. ${texts.fr["problem-403"]}`);
    assert.equal(problemText(fault(422, "Le commentaire est vide !")), `Le commentaire est vide ! ${texts.fr["problem-422"]}`);
});

test("a fault of the service is told in our words alone", () => {
    assert.equal(problemText(fault(500, "sqlite3: disk I/O error")), texts.fr["problem-500"]);
    assert.equal(problemText(fault(401, "Jeton inconnu")), texts.fr["problem-401"]);
});

test("each status has something to do, also one that nobody thought of", () => {
    for (const status of [400, 401, 403, 404, 409, 412, 413, 422, 428, 429, 500, 502, 503, 504, 507, 418, 451, 599]) {
        const text = problemText(fault(status));
        assert.match(text, /(ez|nez|yez|prévenez)\b/u, `${status}: ${text}`);
        assert.ok(text.endsWith("."), text);
    }
    assert.match(problemText(new TypeError("x is not a function")), /Rechargez/);
});
