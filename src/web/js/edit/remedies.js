/* What may be done about a finding: gestures to try out first. A person decides: nothing is done by itself. Pure. */

/** `[{id, perimeter, gestures, reason}]`: `id` names the text, `perimeter` who it is about; with `reason` the person
 *  must say why, and `gestures` is a function of it. */
export function remedies(finding) {
    const { genre, a, b, codes } = finding;
    if (!codes?.length) return [];
    if (genre === "chevauchement" && a && b)
        return [
            { id: "leave-to", perimeter: a, gestures: [{ geste: "remove", perimetre: b, codes }] },
            { id: "leave-to", perimeter: b, gestures: [{ geste: "remove", perimetre: a, codes }] },
            { id: "share-on-purpose", perimeter: null, reason: true, gestures: (raison) =>
                [a, b].map((perimetre) => ({ geste: "on-purpose", perimetre, codes, raison })) },
        ];
    if (genre === "trou") return [{ id: "add-to", perimeter: a, gestures: [{ geste: "add", perimetre: a, codes }] }];
    if (genre === "morcellement" || genre === "membre-disparu")
        return [{ id: "take-from", perimeter: a, gestures: [{ geste: "remove", perimetre: a, codes }] }];
    if (genre === "groupement-coupe")
        return [{ id: "add-outside", perimeter: a, gestures: [{ geste: "add", perimetre: a, codes }] }];
    return [];
}
