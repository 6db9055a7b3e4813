/* Elements without templates: text stays text, whatever it holds. */

/** An element: attributes, properties (`.value`), listeners (`onclick`), then children.
 *  Children may be nodes, texts, numbers, lists of these, or nothing. */
export function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    setAll(element, attributes);
    element.append(...flat(children));
    return element;
}

function setAll(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (name.startsWith(".")) element[name.slice(1)] = value;
        else if (name === "class") element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
        else if (name === "style" && typeof value === "object")
            for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
        else element.setAttribute(name, value === true ? "" : value);
    }
}

function flat(children) {
    return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Puts new children in the place of the old ones. */
export function fill(element, ...children) {
    element.replaceChildren(...flat(children));
    return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element, the same way. */
export function s(tag, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, tag);
    setAll(element, { ...attributes, class: undefined });
    if (attributes.class) element.setAttribute("class", attributes.class);
    element.append(...flat(children));
    return element;
}

/* Strokes of 24 × 24, drawn with the colour of the text. */
const ICONS = {
    layers: "M12 3 3 8l9 5 9-5zM3 13l9 5 9-5",
    territory: "M4 6l6-2 4 2 6-2v14l-6 2-4-2-6 2zM10 4v14M14 6v14",
    list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
    alert: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
    clock: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7v5l3 2",
    compare: "M12 3v18M4 7h5v10H4zM15 7h5v10h-5z",
    table: "M3 5h18v14H3zM3 10h18M3 15h18M9 5v14",
    screen: "M3 4h18v12H3zM8 20h8M12 16v4",
    help: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17h.01",
    user: "M12 12a4 4 0 1 0 0-8a4 4 0 0 0 0 8M4 21c1-4 4-6 8-6s7 2 8 6",
    close: "M5 5l14 14M19 5 5 19",
    brush: "M14 5l5 5-8 8H6v-5zM12 7l5 5",
    rectangle: "M4 6h16v12H4z",
    lasso: "M12 5c5 0 9 2 9 5s-4 5-9 5-9-2-9-5 4-5 9-5M7 14c0 2-1 3-1 5",
    hand: "M8 12V6a1.5 1.5 0 0 1 3 0v5V4a1.5 1.5 0 0 1 3 0v7V6a1.5 1.5 0 0 1 3 0v9c0 4-2 6-5 6-4 0-5-2-7-6l-1-2c1-1 2-1 3-1",
    undo: "M8 5 3 10l5 5M3 10h11a6 6 0 0 1 0 12h-3",
    redo: "M16 5l5 5-5 5M21 10H10a6 6 0 0 0 0 12h3",
    lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
    unlock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 7-2.5",
    plus: "M12 5v14M5 12h14",
    download: "M12 4v11M7 10l5 5 5-5M4 20h16",
    search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M15.5 15.5 21 21",
    info: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 11v6M12 7h.01",
    next: "M9 5l7 7-7 7",
    back: "M15 5l-7 7 7 7",
    menu: "M4 6h16M4 12h16M4 18h16",
    comment: "M4 5h16v11H10l-5 4v-4H4z",
    print: "M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7z",
    link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
};

/** A picture beside words; it says nothing by itself. */
export function icon(name) {
    return s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
        s("path", { d: ICONS[name] }));
}

let counter = 0;
/** An id that no other element has. */
export const newId = (prefix = "e") => `${prefix}-${++counter}`;
