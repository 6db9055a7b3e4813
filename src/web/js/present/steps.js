/* The steps of the guided visit: what each is about and where it points. Pure. */

const panel = (id, name) => ({ id, at: `.rail-button[data-panel="${name}"]` });

const PUBLIC = [
    { id: "search", at: ".bar .search" },
    panel("layers", "couches"),
    { id: "legend", at: "#corner" },
    { id: "map", at: "#map" },
    { id: "help", at: '.bar a[href$="/aide"]' },
];

const REVIEWER = [
    panel("layers", "couches"),
    panel("initiatives", "initiatives"),
    panel("territories", "territoires"),
    panel("present", "presentation"),
    { id: "help", at: '.bar a[href$="/aide"]' },
];

const PLANNER = [
    panel("territories", "territoires"),
    { id: "tools", at: "#tools" },
    panel("scenarios", "scenarios"),
    panel("present", "presentation"),
    { id: "help", at: '.bar a[href$="/aide"]' },
];

/** By role: "" is the public. Steps that point at nothing are left out by whoever shows them. */
export const stepsFor = (role) => (role === "" ? PUBLIC : ["planificateur", "admin"].includes(role) ? PLANNER : REVIEWER);
