/* Where figures come from, as review/ shows it: one button, one dialog (base/provenance.js). */
export { showSource, sourceButton } from "../base/provenance.js";
