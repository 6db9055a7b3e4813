/* Presentation: views that are ready for a room, on the whole screen, led by keys. The address holds which (`vue=projection`,
 * `planche` = the view's id). */
import { onSession, session } from "../base/api.js";
import { fill, h, icon } from "../base/dom.js";
import * as state from "../base/state.js";
import { t } from "../base/text.js";
import { dialog, say } from "../base/ui.js";
import { letters } from "./letters.js";
import { actionOf, KEYS, step } from "./presenter.js";
import { stage } from "./stage.js";
import "./texts.js";

const on = () => state.get("vue") === "projection";
const viewsOf = (context) => context.catalogue.vues ?? [];
const placedByAddress = state.get("ici") !== "";

/** Shows a view; `more` changes of the address go with it. */
function show(view, more = {}) {
    const theme = view ? { planche: view.id, couche: view.couche, propriete: view.propriete ?? "", classes: "", contours: "", lieux: "" } : {};
    state.set({ ...theme, ...more }, { push: true });
}

function keyTable() {
    return h("table", {}, h("caption", { class: "sr-only" }, t("pr-keys")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("pr-key")), h("th", { scope: "col" }, t("pr-does")))),
        h("tbody", {}, KEYS.map((key) => h("tr", {}, h("th", { scope: "row" }, t(`pr-k-${key}`)), h("td", {}, t(`pr-d-${key}`))))));
}

/* ---- the panel ---- */

function viewButton(view) {
    const button = h("button", { type: "button", class: "view", "aria-pressed": String(state.get("planche") === view.id), disabled: !view.disponible,
        "data-view": view.id, onclick: () => show(view) }, view.titre);
    return h("li", {}, button, h("p", { class: "small soft" }, view.disponible ? view.description : t("pr-lacks", { manque: lacks(view) })));
}

const lacks = ({ manque }) => (Array.isArray(manque) ? manque.join(", ") : manque ?? t("nothing")).replace(/\.$/, "");

function make(context) {
    const list = h("ul", { class: "plain views" });
    const warning = h("p", { class: "note" }, t("pr-internal"));
    const draw = () => {
        const views = viewsOf(context);
        fill(list, views.length ? views.map(viewButton) : h("li", {}, t("pr-none")));
        warning.hidden = !session.role || session.asPublic;
    };
    state.watch(["planche"], draw);
    addEventListener("maille:couches", draw);
    onSession(draw);
    draw();
    return h("div", {}, h("p", {}, t("pr-intro")), warning,
        h("button", { type: "button", class: "primary", onclick: () => start(context) }, icon("screen"), t("pr-start")),
        h("h3", { class: "spaced" }, t("pr-views")), list,
        h("details", {}, h("summary", {}, t("pr-keys")), keyTable()));
}

function start(context) {
    const current = viewsOf(context).find((one) => one.id === state.get("planche") && one.disponible);
    show(current ?? viewsOf(context).find((one) => one.disponible), { vue: "projection", panneau: "" });
}

/* ---- the whole screen ---- */

const actions = {
    next: (context) => move(context, 1),
    previous: (context) => move(context, -1),
    first: (context) => (goTo(context, viewsOf(context).find((one) => one.disponible)), context.view.fit(context.study.etendue)),
    last: (context) => goTo(context, viewsOf(context).filter((one) => one.disponible).at(-1)),
    number: (context, shown, n) => goTo(context, viewsOf(context)[n - 1]),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())?.catch(() => {}),
    larger: (context, shown) => shown.size(1),
    smaller: (context, shown) => shown.size(-1),
    blank: (context, shown) => shown.blank(),
    help: () => dialog({ title: t("pr-keys"), body: keyTable() }),
    leave: (context, shown) => (shown.blanked() ? shown.blank() : state.set({ vue: "", panneau: "presentation" }, { push: true })),
};

const goTo = (context, view) => view?.disponible && show(view);
const move = (context, by) => goTo(context, step(viewsOf(context), state.get("planche"), by));

function startPart(context) {
    const shown = stage(context, { next: () => actions.next(context), previous: () => actions.previous(context),
        help: actions.help, leave: () => actions.leave(context, shown) });
    const big = letters(context.view);
    shown.onSize((scale) => big(on() ? scale : 0));

    /* Until somebody moves the map, the whole study is shown, whatever the screen becomes. */
    const whole = () => context.view.fit(context.study.etendue, { padding: 16 });
    let moved = false;
    const { map } = context.view;
    for (const kind of ["dragstart", "zoomstart"]) map.on(kind, (event) => (moved ||= Boolean(event.originalEvent)));
    map.on("resize", () => on() && !moved && whole());

    function enter(first) {
        document.body.classList.toggle("projection", on());
        big(on() ? shown.scale() : 0);
        shown.enter(on());
        if (!on() && document.fullscreenElement) document.exitFullscreen().catch(() => {});
        moved = first && placedByAddress;
        map.resize();
        if (on() && !moved) whole();
        if (on() && !state.get("planche")) replaceWithFirst(context);
    }
    state.watch(["vue"], () => enter(false));
    state.watch(["planche", "vue"], () => on() && tell(context));
    addEventListener("keydown", (event) => on() && key(event, context, shown), { capture: true });
    if (on()) enter(true);
}

/** `?vue=projection` alone: the first view, unless the address says what to show. */
function replaceWithFirst(context) {
    const first = viewsOf(context).find((one) => one.disponible);
    if (first && !state.get("couche")) state.set({ planche: first.id, couche: first.couche, propriete: first.propriete ?? "" });
}

function tell(context) {
    const views = viewsOf(context);
    const at = views.findIndex((one) => one.id === state.get("planche"));
    if (at >= 0) say(t("pr-told", { n: at + 1, de: views.length, titre: views[at].titre }));
}

function key(event, context, shown) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const held = event.target.closest?.("input, select, textarea, [contenteditable]");
    const pressed = event.target.closest?.("button, a, summary");
    const action = actionOf(event.key);
    if (!action || held || (pressed && [" ", "Enter"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    actions[action](context, shown, Number(event.key));
}

export const presentationPanel = { id: "presentation", icon: "screen", title: "pr-title", make, start: startPart };
