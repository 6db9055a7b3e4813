/* Comments on a commune or a perimeter: conversations, answers, what is settled or withdrawn, and a form that loses nothing. */
import { del, get, may, patch, post, query, requestId, session } from "../base/api.js";
import { fill, h, icon, newId } from "../base/dom.js";
import { onEvent } from "../base/events.js";
import * as state from "../base/state.js";
import { moment, t } from "../base/text.js";
import { ask, busy, message, say, tellProblem } from "../base/ui.js";
import "./common.js";
import { drafts } from "./drafts.js";
import { openCount, threads } from "./threads.js";

/* The longest that the service takes. */
const MOST = 4000;
const mine = () => drafts(session.nom ?? "", globalThis.localStorage);

/** All that concerns comments on `subject` ({commune: code} or {perimetre: id}), read and written; it follows what others
 *  write while it is on the page. */
export function comments(subject, title) {
    const list = h("div", { class: "threads" });
    const heading = h("h3", {}, icon("comment"), " ", h("span", {}, t("rev-comments")));
    const element = h("section", { class: "comments", "aria-label": t("rev-comments-on", { nom: title }) }, heading, list);
    const scenario = state.get("scenario");
    const asked = { ...subject, scenario: scenario || "reference" };

    async function read() {
        const { commentaires } = await get(`/comments${query(asked)}`);
        const found = threads(commentaires);
        fill(heading.lastChild, t("rev-comments-open", { n: openCount(found) }));
        const focus = document.activeElement?.id;
        fill(list, found.length ? found.map((thread) => conversation(thread, { subject, scenario, reread })) : h("p", { class: "soft" }, t("rev-no-comment")));
        if (focus && document.activeElement === document.body) document.getElementById(focus)?.focus();
    }
    const reread = () => busy(list, read());
    const stop = onEvent("commentaire", (event) => {
        if (!element.isConnected) return stop();
        if (!writes(element)) return reread();
        say(t("rev-comment-came", { qui: event.qui ?? "" }));
        return reread();
    });
    if (may("relecteur")) element.append(form({ subject, scenario, key: keyOf(subject, scenario, ""), done: reread, label: t("rev-write-comment") }));
    else element.append(h("p", { class: "soft small" }, t("rev-comments-role")));
    reread();
    return element;
}

/** Fills the place that the card of a commune keeps for what people say of it. */
export const communeComments = {
    start(context) {
        addEventListener("maille:commune", async ({ detail: { code, slot } }) => {
            if (!slot || !may("lecteur")) return;
            const one = (await context.view.names()).get(code);
            fill(slot, comments({ commune: code }, one?.nom ?? code));
        });
    },
};

const writes = (element) => element.contains(document.activeElement) && document.activeElement.tagName === "TEXTAREA";
const keyOf = (subject, scenario, reply) => [scenario, subject.commune ?? "", subject.perimetre ?? "", reply].join("/");

/** One conversation; also where comments of many subjects are listed, under `about`. */
export function conversation(thread, { subject, scenario, reread, about = null }) {
    const { first, answers, settled } = thread;
    const key = keyOf(subject, scenario, first.id);
    const write = may("relecteur");
    const place = h("div", {});
    const open = () => fill(place, form({ subject, scenario, key, reply: first.id, done: reread, label: t("rev-answer") }));
    if (write && mine().get(key).texte) open();
    const settle = () => busy(element, patch(`/comments/${first.id}`, { regle: !settled }).then(reread));
    const element = h("article", { class: ["thread", settled && "settled"], "data-comment": first.id },
        about, one(first, reread), answers.map((answer) => one(answer, reread, true)),
        settled && h("p", { class: "small" }, h("span", { class: "tag good" }, t("rev-settled-by", { qui: first.regle_par ?? t("nothing"), date: moment(first.regle) }))),
        write && h("div", { class: "row" },
            h("button", { type: "button", class: "small", id: `repondre-${first.id}`, onclick: () => (open(), place.querySelector("textarea").focus()) }, t("rev-answer")),
            may("planificateur") && h("button", { type: "button", class: "small", id: `regler-${first.id}`, onclick: settle }, t(settled ? "rev-reopen" : "rev-settle"))),
        place);
    return element;
}

function one(comment, reread, answer = false) {
    const own = comment.qui === session.nom || session.role === "admin";
    return h("div", { class: ["comment", answer && "answer"] },
        h("p", { class: "small soft" }, h("strong", {}, comment.qui ?? t("rev-someone")), " – ", h("time", { datetime: comment.le }, moment(comment.le))),
        comment.retire ? h("p", { class: "soft" }, t("rev-withdrawn"))
            : [h("p", { class: "said" }, comment.texte),
                own && may("relecteur") && h("button", { type: "button", class: "small quiet", id: `retirer-${comment.id}`, onclick: () => withdraw(comment, reread) }, t("rev-withdraw"))]);
}

async function withdraw(comment, reread) {
    if (!(await ask(t("rev-withdraw-title"), t("rev-withdraw-text", { texte: comment.texte.slice(0, 120) }), { yes: t("rev-withdraw"), danger: true }))) return;
    try {
        await del(`/comments/${comment.id}`);
        say(t("rev-withdrawn"));
    } catch (fault) {
        tellProblem(fault);
    }
    reread();
}

/* A text and its button; what is typed is kept until the service has it. */
function form({ subject, scenario, key, reply = null, done, label }) {
    const id = newId("commentaire");
    const kept = mine().get(key);
    const note = h("p", { class: "small soft", role: "status" }, kept.texte ? t("rev-draft-kept") : "");
    const area = h("textarea", { id, rows: 3, maxlength: MOST, ".value": kept.texte, oninput: () => (mine().keep(key, area.value), fill(note, t("rev-draft-kept"))) });

    async function send(event) {
        event.preventDefault();
        const texte = area.value.trim();
        if (!texte) return void (fill(note, t("rev-comment-empty")), area.focus());
        const request = mine().get(key).id || requestId();
        mine().keep(key, area.value, request);
        try {
            await post("/comments", { id: request, ...subject, ...(scenario ? { scenario } : {}), texte, ...(reply ? { reponse_a: reply } : {}) });
        } catch (fault) {
            fill(note, t(fault.offline ? "rev-comment-offline" : "rev-comment-refused", { detail: fault.detail }));
            return tellProblem(fault);
        }
        mine().drop(key);
        area.value = "";
        fill(note, t("rev-comment-sent"));
        message(t("rev-comment-sent"), { seconds: 4, key: "comment-sent" });
        return done();
    }

    return h("form", { class: "comment-form", onsubmit: (event) => busy(event.currentTarget, send(event)) },
        h("label", { for: id }, label), area, note,
        h("button", { type: "submit", class: "primary small" }, t("rev-send")));
}
