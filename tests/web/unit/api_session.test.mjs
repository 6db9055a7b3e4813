/* A page that is open while another tab logs in: what the same person does goes on, what somebody else did is sent by nobody. */
import assert from "node:assert/strict";
import test from "node:test";
import { stubPage } from "./edit_stub.mjs";

stubPage();
const { post, session } = await import("../../../src/web/js/base/api.js");
const json = (status, body) => ({ ok: status < 300, status, headers: { get: (name) => (name === "Content-Type" ? "application/json" : null) }, json: async () => body });

/** A service whose session is `now`; `did` tells what it took. */
function service(now, allowed = true) {
    const did = [];
    globalThis.fetch = async (url, { method, headers }) => {
        if (url.pathname.endsWith("/session")) return json(200, now);
        if (headers["X-Maille-CSRF"] !== now.csrf || !allowed) return json(403, { detail: "non" });
        did.push(`${method} ${now.nom}`);
        return json(200, {});
    };
    return did;
}

const open = () => Object.assign(session, { nom: "anne", role: "planificateur", csrf: "old" });

test("the same person goes on in the new session", async () => {
    open();
    const did = service({ nom: "anne", role: "planificateur", csrf: "new" });
    await post("/changes", {});
    assert.deepEqual(did, ["POST anne"]);
    assert.equal(session.csrf, "new");
});

test("somebody else sends nothing of it, and the page knows who asks", async () => {
    open();
    const did = service({ nom: "benoit", role: "lecteur", csrf: "new" });
    await assert.rejects(post("/changes", {}), { status: 401 });
    assert.deepEqual(did, []);
    assert.deepEqual([session.nom, session.role], ["benoit", "lecteur"]);
});

test("what is refused for another reason stays refused", async () => {
    open();
    service({ nom: "anne", role: "planificateur", csrf: "old" }, false);
    await assert.rejects(post("/changes", {}), { status: 403 });
});
