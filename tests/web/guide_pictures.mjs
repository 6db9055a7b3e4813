/* Pictures of the guide for the journeys of planners and of people who check; those of elected officials and of the
 * projector are taken by their own tests. tools/guide runs them all. */
import { login, main, mapIdle, picture, start } from "./kit.mjs";

const service = await start();

async function open(role, query = "") {
    const page = await service.page({ width: 1200, height: 720 });
    if (role) await login(page, role);
    await page.goto(`${service.url}/carte${query}`);
    await mapIdle(page);
    return page;
}

const panel = (page) => page.locator("#panel");

async function openPanel(page, id) {
    const button = page.locator(`.rail-button[data-panel="${id}"]`);
    if ((await button.getAttribute("aria-expanded")) !== "true") await button.click();
    await panel(page).waitFor();
}

/** Drags the pointer from one commune's centre to another's. */
async function dragOver(page, ...names) {
    const points = await page.evaluate(async (wanted) => {
        const { view } = window.maille;
        const all = [...(await view.names()).values()];
        const box = view.map.getCanvas().getBoundingClientRect();
        return wanted.map((name) => {
            const { lon, lat } = all.find((one) => one.nom === name);
            const { x, y } = view.map.project([lon, lat]);
            return [box.left + x, box.top + y];
        });
    }, names);
    await page.mouse.move(...points[0]);
    await page.mouse.down();
    for (const point of points) await page.mouse.move(...point, { steps: 8 });
    await page.mouse.up();
}

await main({
    async "the map as it opens"() {
        const page = await open("");
        await picture(page, "carte-1-ouverture");
    },

    async "a planner starts from a grouping"() {
        const page = await open("planificateur", "?panneau=territoires");
        await page.getByRole("button", { name: "Partir de…" }).first().click();
        const dialog = page.locator("dialog[open]");
        await dialog.waitFor();
        const groupings = dialog.locator("select").first();
        if (await groupings.count()) await groupings.selectOption({ index: 0 });
        await page.waitForTimeout(800); /* the preview comes after the choice */
        await picture(page, "planificateur-1-partir-de");
    },

    async "a planner paints"() {
        const page = await open("planificateur", "?panneau=territoires&perimetre=cpts-sud");
        await panel(page).getByText("Morceaux").first().waitFor({ timeout: 60000 });
        await page.locator("#tools").getByRole("button", { name: "Pinceau" }).click();
        await mapIdle(page);
        await dragOver(page, "La Croix-Morvan", "Genestrelle");
        const question = page.locator("dialog[open]").getByRole("button", { name: "Ajouter à côté" });
        await question.click({ timeout: 4000 }).catch(() => {}); /* only where somebody holds them */
        await page.waitForTimeout(1500);
        await picture(page, "planificateur-2-peindre");
    },

    async "a planner walks through findings"() {
        const page = await open("planificateur", "?panneau=constats");
        await openPanel(page, "constats").catch(() => {});
        await page.getByRole("button", { name: "Constat suivant" }).click();
        await page.waitForTimeout(1500);
        await picture(page, "planificateur-3-constats");
    },

    async "a planner compares scenarios"() {
        const page = await open("planificateur", "?panneau=scenarios");
        await panel(page).getByRole("textbox").first().fill("Deux CPTS au nord");
        await panel(page).getByRole("button", { name: "Créer" }).first().click();
        await panel(page).getByRole("button", { name: "Comparer" }).first().click();
        await page.waitForTimeout(2000);
        await picture(page, "planificateur-4-scenarios");
    },

    async "a reviewer sees initiatives, what is contested and where figures come from"() {
        const page = await open("relecteur", "?panneau=initiatives");
        await page.waitForTimeout(1200);
        await picture(page, "urps-1-initiatives");
        await page.getByRole("button", { name: /source|d’où vient/i }).first().click();
        await page.locator("dialog[open]").waitFor();
        await picture(page, "urps-3-source");
        await page.keyboard.press("Escape");
        await page.locator('.rail-button[data-panel="disputees"], .rail-button:has-text("Communes disputées")').first().click();
        await page.waitForTimeout(1000);
        await panel(page).locator("tbody button, li button").first().click();
        await page.waitForTimeout(1500);
        await picture(page, "urps-2-communes-disputees");
    },

    async "a reviewer compares a perimeter with groupings"() {
        const page = await open("relecteur");
        await page.locator('.rail-button:has-text("Comparer")').click();
        const choices = panel(page).locator("select");
        await choices.first().selectOption({ index: 1 });
        await page.waitForTimeout(1500);
        await picture(page, "urps-4-comparer");
    },
});
