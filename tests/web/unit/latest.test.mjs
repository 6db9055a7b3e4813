/* Requests that follow a pointer: one at a time, the latest wins. */
import assert from "node:assert/strict";
import test from "node:test";
import { latest } from "../../../src/web/js/map/latest.js";

const tick = () => new Promise((done) => setTimeout(done, 0));

/* Requests that end when the test says so, or are aborted. */
function service() {
    const open = [];
    const log = [];
    const ask = (what, signal) => new Promise((resolve, reject) => {
        open.push({ what, answer: () => resolve(`answer ${what}`), fail: (fault) => reject(fault) });
        log.push(what);
        signal.addEventListener("abort", () => reject(Object.assign(new Error("aborted"), { name: "AbortError" })));
    });
    return { open, log, ask };
}

test("while one is under way only the last that was wanted waits", async () => {
    const { open, log, ask } = service();
    const got = [];
    const follow = latest(ask, (answer) => got.push(answer));
    for (const what of [1, 2, 3, 4]) follow.want(what);
    assert.deepEqual(log, [1]);
    open[0].answer();
    await tick();
    assert.deepEqual([log, got], [[1, 4], ["answer 1"]]);
    open[1].answer();
    await tick();
    assert.deepEqual([log, got], [[1, 4], ["answer 1", "answer 4"]]);
});

test("a slow one is given up for the next, and tells no fault", async () => {
    const { open, log, ask } = service();
    const got = [], faults = [];
    const follow = latest(ask, (answer) => got.push(answer), { fault: (fault) => faults.push(fault), patience: 5 });
    follow.want("slow");
    follow.want("next");
    await new Promise((done) => setTimeout(done, 30));
    assert.deepEqual(log, ["slow", "next"]);
    open[1].answer();
    await tick();
    assert.deepEqual([got, faults], [["answer next"], []]);
});

test("a fault is told and does not stop what follows; nothing comes after stop", async () => {
    const { open, log, ask } = service();
    const got = [], faults = [];
    const follow = latest(ask, (answer) => got.push(answer), { fault: (fault) => faults.push(fault.message) });
    follow.want(1);
    follow.want(2);
    open[0].fail(new Error("broken"));
    await tick();
    assert.deepEqual([faults, log], [["broken"], [1, 2]]);
    follow.want(3);
    follow.stop();
    open[1].answer();
    await tick();
    assert.deepEqual([got, log], [[], [1, 2]]);
    follow.want(5);
    open[2].answer();
    await tick();
    assert.deepEqual(got, ["answer 5"]);
});
