/* Panels for everybody that the first view does not show. */
import { compare } from "../review/compare.js";
import { downloads } from "../review/downloads.js";

export const parts = [compare, downloads];
