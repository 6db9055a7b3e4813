/* What the map page is made of: one line a panel or a part. A part may have `start(context)`, called once when the
 * map is there, and what makes it a panel (README). The order is that of the rail. */
import { legendPart } from "../map/corner.js";
import { layersPanel } from "../map/layers.js";
import { pointerPart } from "../map/pointer.js";
import { communePanel } from "../map/commune_card.js";
import { travelPanel } from "../map/isochrone.js";
import { tablePart } from "../map/table.js";
import { searchBox } from "../public/search.js";

export const parts = [
    layersPanel,
    communePanel,
    travelPanel(searchBox),
    tablePart,
    legendPart,
    pointerPart,
];
