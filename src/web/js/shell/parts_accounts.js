/* Panels and parts of those who have an account. */
import { detailPanel } from "../edit/detail.js";
import { findingsPanel } from "../edit/findings.js";
import { scenariosPanel } from "../edit/scenarios.js";
import { territoriesPanel } from "../edit/territories.js";
import { searchBox } from "../public/search.js";
import { activity } from "../review/activity.js";
import { communeComments } from "../review/comments.js";
import { contested } from "../review/contested.js";
import { initiatives } from "../review/initiatives.js";
import { publicEye } from "../review/public_eye.js";

export const parts = [territoriesPanel(searchBox), detailPanel, findingsPanel, scenariosPanel, initiatives, contested, activity,
    publicEye, communeComments];
