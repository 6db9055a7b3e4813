/* Files of one perimeter: the codes of its communes, and its history for another workspace. */
import { base, may, query } from "../base/api.js";
import { h, icon } from "../base/dom.js";
import { plan } from "./plan.js";
import { t } from "./plans_text.js";

const link = (href, name, text) => h("li", {}, h("a", { href, download: name }, icon("download"), " ", text));

export function exportView(whole) {
    const codes = (f) => `${base}/perimeters/${encodeURIComponent(whole.id)}/codes${query({ f, scenario: plan.scenario })}`;
    const handover = `${base}/handover${query({ ids: whole.id })}`;
    return h("div", {}, h("p", {}, t("files-explained")),
        h("ul", { class: "plain files" },
            link(codes("csv"), `${whole.id}.csv`, t("codes-csv")),
            link(codes("txt"), `${whole.id}.txt`, t("codes-txt")),
            !plan.scenario && may("planificateur") && link(handover, `${whole.id}.passation.json`, t("handover"))));
}
