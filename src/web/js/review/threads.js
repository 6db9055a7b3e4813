/* Comments as conversations: a comment, its answers below it, whatever the depth they were given at. */

/**
 * @param {object[]} comments  as GET /comments tells them, oldest first
 * @returns {{first: object, answers: object[], settled: boolean, subject: {kind: string, id: string}}[]} conversations in the
 *     order of their last word, the latest first; those of which nothing is left are left out
 */
export function threads(comments) {
    const byId = new Map(comments.map((one) => [one.id, one]));
    const root = (one) => {
        const seen = new Set();
        while (one.reponse_a && byId.has(one.reponse_a) && !seen.has(one.id)) {
            seen.add(one.id);
            one = byId.get(one.reponse_a);
        }
        return one;
    };
    const found = new Map();
    for (const one of comments) {
        const first = root(one);
        if (!found.has(first.id))
            found.set(first.id, { first, answers: [], settled: Boolean(first.regle), subject: subjectOf(first) });
        if (one !== first) found.get(first.id).answers.push(one);
    }
    const last = (thread) => [thread.first, ...thread.answers].map((one) => one.le).sort().at(-1);
    return [...found.values()].filter((thread) => !thread.first.retire || thread.answers.some((one) => !one.retire))
        .sort((a, b) => (last(a) < last(b) ? 1 : -1));
}

export const subjectOf = (comment) => (comment.commune ? { kind: "commune", id: comment.commune } : { kind: "perimetre", id: comment.perimetre });

/** How many conversations are still open. */
export const openCount = (list) => list.filter((thread) => !thread.settled).length;
