/* The map page, put together. */
import { get, onSession, readSession, session } from "./base/api.js";
import { openEvents, onEvent } from "./base/events.js";
import * as state from "./base/state.js";
import { language, t } from "./base/text.js";
import { message, tellProblem } from "./base/ui.js";
import { createMap } from "./map/map.js";
import { oneAtATime } from "./shell/account.js";
import { bar } from "./shell/bar.js";
import { panels } from "./shell/panels.js";
import { first, later, ofAccounts, RAIL } from "./shell/parts.js";

const byId = (id) => document.getElementById(id);

function start() {
    const [zoom, lat, lon] = state.get("ici").split("/").map(Number);
    return Number.isFinite(lon) && state.get("ici") ? { centre: [lon, lat], zoom } : null;
}

function keepPlace(map) {
    map.on("moveend", () => {
        const { lng, lat } = map.getCenter();
        state.set({ ici: `${map.getZoom().toFixed(2)}/${lat.toFixed(4)}/${lng.toFixed(4)}` });
    });
    state.watch(["ici"], () => {
        const to = start();
        const { lng, lat } = map.getCenter();
        if (to && (Math.abs(to.centre[0] - lng) > 1e-3 || Math.abs(to.centre[1] - lat) > 1e-3 || Math.abs(to.zoom - map.getZoom()) > 0.02))
            map.jumpTo({ center: to.centre, zoom: to.zoom });
    });
}

async function main() {
    document.documentElement.lang = language;
    document.querySelector(".skip").textContent = t("skip-map");
    const [study, catalogue] = await Promise.all([get("/study"), get("/layers"), readSession()]);
    document.title = `${study.titre} – Maille`;
    const view = createMap(byId("map"), { study, catalogue, start: start() });
    const context = { view, study, catalogue, state, tools: byId("tools"), corner: byId("corner"), drawer: byId("drawer") };
    window.maille = context; /* for tests, and for whoever is curious */
    keepPlace(view.map);
    bar(byId("bar"), study, (commune) => state.set({ commune: commune.code }, { push: true }));
    oneAtATime();
    await view.ready;
    await assemble(context);
    onEvent("couches", () => reread(context));
    onSession(() => reread(context)); /* accounts see other layers, and more of them */
    openEvents();
}

/* The parts of the first view; those of accounts as soon as there is one; the others when the map is drawn. */
async function assemble(context) {
    const rail = panels(byId("rail"), byId("panel"), RAIL, context);
    const take = (parts) => {
        for (const part of parts) part.start?.(context);
        rail.add(parts.filter((part) => part.make));
    };
    let accounts = null;
    const known = () => (session.role ? (accounts ??= ofAccounts().then(take)) : null);
    take(first);
    await known();
    onSession(() => known()?.catch(tellProblem));
    const rest = () => later().then(take).catch(tellProblem);
    if (session.role || !["", ...first.map((part) => part.id)].includes(state.get("panneau"))) await rest();
    else context.view.map.once("idle", rest);
}

/** The catalogue again, after layers were computed again. */
async function reread(context) {
    try {
        context.catalogue = await get("/layers");
        context.view.refresh(context.catalogue);
        dispatchEvent(new CustomEvent("maille:couches", { detail: context.catalogue }));
    } catch (fault) {
        tellProblem(fault);
    }
}

main().catch((fault) => {
    console.error(fault);
    message(fault.detail ?? (/webgl/i.test(fault.message) ? t("no-webgl") : t("problem-unknown")), { kind: "error",
        actions: [{ title: t("retry"), act: () => location.reload() }] });
});
