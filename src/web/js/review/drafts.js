/* What people type, kept in the browser until it is sent: a reload, a lost session or a lost connection loses nothing. */

const PREFIX = "maille.brouillon.";
/* Where nothing can be stored (private browsing) drafts live as long as the page. */
const memory = new Map();

/** Drafts of one person; `storage` is localStorage. */
export function drafts(who, storage) {
    const name = (key) => `${PREFIX}${who}.${key}`;
    const held = (act, otherwise) => {
        try {
            return act(storage) ?? otherwise;
        } catch {
            return otherwise;
        }
    };
    return {
        /** `{texte, id}`, both "" where nothing was typed; `id` is that of the request that was tried last. */
        get(key) {
            const text = held((kept) => kept.getItem(name(key)), null) ?? memory.get(name(key));
            try {
                return { texte: "", id: "", ...JSON.parse(text) };
            } catch {
                return { texte: "", id: "" };
            }
        },
        /** Another text is another request: it goes with another id. */
        keep(key, texte, id = "") {
            if (!texte.trim()) return this.drop(key);
            const text = JSON.stringify({ texte, id });
            memory.set(name(key), text);
            held((kept) => kept.setItem(name(key), text));
        },
        drop(key) {
            memory.delete(name(key));
            held((kept) => kept.removeItem(name(key)));
        },
    };
}
