/* As much of a page as modules touch when they are read. */
export function stubPage() {
    const given = { document: { documentElement: { dataset: { base: "" } } }, location: { search: "", pathname: "/", hash: "", href: "http://carte.example/" },
        history: { replaceState() {}, pushState() {} }, addEventListener() {} };
    for (const [name, value] of Object.entries(given)) globalThis[name] ??= value;
}
