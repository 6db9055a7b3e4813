/* What the map page is made of: one line a panel or a part. A part may have `start(context)`, called once when the
 * map is there, and what makes it a panel (README). What the first view does not show is read after it, what is for
 * accounts when somebody has logged in. */
import { communePanel } from "../map/commune_card.js";
import { legendPart } from "../map/corner.js";
import { travelPanel } from "../map/isochrone.js";
import { layersPanel } from "../map/layers.js";
import { pointerPart } from "../map/pointer.js";
import { tablePart } from "../map/table.js";
import { presentationPanel } from "../present/projector.js";
import { tourPart } from "../present/tour.js";
import { searchBox } from "../public/search.js";

/** The order of the panels in the rail. */
export const RAIL = ["couches", "territoires", "fiche", "constats", "scenarios", "initiatives", "disputees", "comparaison",
    "commune", "temps", "activite", "telechargements", "presentation"];

/** What the first view is made of. */
export const first = [layersPanel, communePanel, travelPanel(searchBox), presentationPanel, tablePart, legendPart, pointerPart, tourPart];

/** What everybody has beside, and what accounts have: promises of lists. */
export const later = () => import("./parts_later.js").then(({ parts }) => parts);
export const ofAccounts = () => import("./parts_accounts.js").then(({ parts }) => parts);
