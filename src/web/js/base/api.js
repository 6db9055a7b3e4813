/* The service: requests, who asks, and what a refusal says. */
import { language, t } from "./text.js";

/** Where the service is: "https://carte.example/cpts", no slash at the end. */
export const base = document.documentElement.dataset.base ?? "";

/** An answer that is no answer: a problem document, or a service out of reach. */
export class Problem extends Error {
    constructor(status, body, offline = false) {
        super(body?.detail || body?.title || t(offline ? "problem-offline" : "problem-unknown"));
        this.status = status;
        this.body = body ?? {};
        this.offline = offline;
    }
    get detail() {
        return this.message;
    }
}

/** Who asks: `{nom, role, departements, csrf}`; `role` is "" for the public. Told to watchers. */
export const session = { nom: null, role: "", departements: null, csrf: null,
    asPublic: new URLSearchParams(location.search).get("audience") === "public" };
const watchers = new Set();
export const onSession = (f) => (watchers.add(f), () => watchers.delete(f));

const ROLES = ["", "lecteur", "relecteur", "planificateur", "admin"];
/** Whether who asks may do what that role may. */
export const may = (least) => ROLES.indexOf(session.asPublic ? "" : session.role) >= ROLES.indexOf(least);

/** The address of a path, with what every request says. */
export function address(path) {
    const url = new URL(base + path, location.href);
    if (language !== "fr" && !url.searchParams.has("lang")) url.searchParams.set("lang", language);
    if (session.asPublic) url.searchParams.set("audience", "public");
    return url;
}

async function ask(method, path, body, headers = {}, signal) {
    const sent = { Accept: "application/json", ...headers };
    if (body !== undefined) sent["Content-Type"] ??= "application/json";
    if (method !== "GET" && session.csrf) sent["X-Maille-CSRF"] = session.csrf;
    let answer;
    try {
        answer = await fetch(address(path), {
            method, signal, headers: sent, credentials: "same-origin",
            body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
        });
    } catch (fault) {
        if (fault.name === "AbortError") throw fault;
        throw new Problem(0, null, true);
    }
    const before = session.nom;
    if (answer.status === 403 && sent["X-Maille-CSRF"] && (await sessionChanged())) {
        if (session.nom !== before) throw new Problem(401, { detail: t("problem-session") });
        return ask(method, path, body, headers, signal);
    }
    return read(answer);
}

/** Whether another tab has logged in meanwhile: this page is of that session from then on. */
async function sessionChanged() {
    const who = await get("/session").catch(() => null);
    if (!who || who.csrf === session.csrf) return false;
    become(who);
    return true;
}

async function read(answer) {
    const type = answer.headers.get("Content-Type") ?? "";
    let body = null;
    try {
        body = type.includes("json") ? await answer.json() : await answer.text();
    } catch (fault) {
        if (fault.name === "AbortError") throw fault;
        throw new Problem(0, null, true); /* cut off on the way */
    }
    if (!answer.ok) {
        /* a front that has lost its service answers for it */
        const away = [502, 504].includes(answer.status) || (answer.status === 503 && !type.includes("json"));
        throw new Problem(answer.status, typeof body === "object" ? body : null, away);
    }
    if (body && typeof body === "object")
        Object.defineProperty(body, "etag", { value: answer.headers.get("ETag"), enumerable: false });
    return body;
}

export const get = (path, { signal, headers } = {}) => ask("GET", path, undefined, headers, signal);
export const post = (path, body, headers, signal) => ask("POST", path, body, headers, signal);
export const patch = (path, body, headers) => ask("PATCH", path, body, headers);
export const put = (path, body, headers) => ask("PUT", path, body, headers);
export const del = (path, headers) => ask("DELETE", path, undefined, headers);

/** A query of the values that are there: `query({scenario: "", kind: "cpts"})` → "?kind=cpts". */
export function query(values) {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
    return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** A new id for a request that may be sent again. */
export const requestId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/* ---- sessions ---- */

function become(who) {
    const role = ROLES.includes(who?.role) ? who.role : "";
    Object.assign(session, { nom: who?.nom ?? null, role, departements: who?.departements ?? null,
        csrf: who?.csrf ?? null });
    for (const f of watchers) f(session);
}

/** Asks who we are; the public where the service does not know us. */
export async function readSession() {
    try {
        become(await get("/session"));
    } catch (fault) {
        if (fault.status !== 401) throw fault;
        become(null);
    }
}

export async function login(token) {
    become(await post("/session", { token: token.trim() }));
    await readSession();
}

export async function logout() {
    await del("/session");
    become(null);
}
