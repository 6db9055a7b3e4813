/* What the map page is made of: one line a panel or a part. A part may have `start(context)`, called once when the
 * map is there, and what makes it a panel (README). The order is that of the rail. */
import { detailPanel } from "../edit/detail.js";
import { findingsPanel } from "../edit/findings.js";
import { scenariosPanel } from "../edit/scenarios.js";
import { territoriesPanel } from "../edit/territories.js";
import { legendPart } from "../map/corner.js";
import { layersPanel } from "../map/layers.js";
import { pointerPart } from "../map/pointer.js";
import { communePanel } from "../map/commune_card.js";
import { travelPanel } from "../map/isochrone.js";
import { tablePart } from "../map/table.js";
import { presentationPanel } from "../present/projector.js";
import { tourPart } from "../present/tour.js";
import { searchBox } from "../public/search.js";
import { activity } from "../review/activity.js";
import { communeComments } from "../review/comments.js";
import { compare } from "../review/compare.js";
import { contested } from "../review/contested.js";
import { downloads } from "../review/downloads.js";
import { initiatives } from "../review/initiatives.js";
import { publicEye } from "../review/public_eye.js";

export const parts = [
    layersPanel,
    territoriesPanel(searchBox),
    detailPanel,
    findingsPanel,
    scenariosPanel,
    communePanel,
    travelPanel(searchBox),
    initiatives,
    contested,
    compare,
    activity,
    downloads,
    publicEye,
    communeComments,
    presentationPanel,
    tablePart,
    legendPart,
    pointerPart,
    tourPart,
];
