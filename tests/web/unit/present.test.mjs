/* Keys of the presenter, and which view comes next. */
import assert from "node:assert/strict";
import test from "node:test";
import { actionOf, step } from "../../../src/web/js/present/presenter.js";
import { stepsFor } from "../../../src/web/js/present/steps.js";

test("what a remote control or a keyboard sends", () => {
    for (const key of ["ArrowRight", "PageDown", " "]) assert.equal(actionOf(key), "next");
    for (const key of ["ArrowLeft", "PageUp"]) assert.equal(actionOf(key), "previous");
    assert.deepEqual(["Home", "f", "+", "-", "b", "Escape", "?", "4"].map(actionOf), ["first", "full", "larger", "smaller", "blank", "leave", "help", "number"]);
    assert.equal(actionOf("q"), null);
    assert.equal(actionOf("0"), null);
});

test("views that lack their data are passed over, and the ends hold", () => {
    const views = ["a", "b", "c", "d"].map((id) => ({ id, disponible: id !== "b" }));
    assert.equal(step(views, "a", 1).id, "c");
    assert.equal(step(views, "c", -1).id, "a");
    assert.equal(step(views, "d", 1).id, "d");
    assert.equal(step(views, "a", -1).id, "a");
    assert.equal(step(views, "", 1).id, "a");
    assert.equal(step(views, "b", -1).id, "d");
    assert.equal(step([], "a", 1), null);
});

test("the visit is another one for those who have an account", () => {
    const ids = (role) => stepsFor(role).map((one) => one.id).join(" ");
    assert.notEqual(ids(""), ids("planificateur"));
    assert.notEqual(ids("relecteur"), ids("planificateur"));
    for (const role of ["", "lecteur", "relecteur", "planificateur", "admin"]) assert.ok(stepsFor(role).length >= 4 && stepsFor(role).length <= 5);
});
