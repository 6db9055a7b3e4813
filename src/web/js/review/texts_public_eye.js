/* What the switch "Vu par le public" says; the bar has it, so it is small. */
export const texts = {
    fr: {
        "rev-as-public": "Vous voyez ce que voit le public.",
        "rev-as-myself": "Revenir à mon compte",
    },
    en: {
        "rev-as-public": "You see what the public sees.",
        "rev-as-myself": "Back to my account",
    },
};
