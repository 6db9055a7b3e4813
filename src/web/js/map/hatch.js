/* Hatches over what is not plainly known: missing, masked, estimated. Never white, never a colour of the legend. */

const SIZE = 16;

/* Each tells whether a point of the tile is inked. */
const INKS = {
    manquant: (x, y) => (x + y) % 8 < 2,
    masque: (x, y) => (x + y) % 8 < 2 || (x - y + SIZE) % 8 < 2,
    estime: (x, y) => (x % 8 < 2 && y % 8 < 2),
};
const INK = { manquant: [84, 96, 106, 255], masque: [60, 70, 80, 255], estime: [20, 30, 40, 190] };

function picture(name) {
    const data = new Uint8ClampedArray(4 * SIZE * SIZE);
    for (let y = 0; y < SIZE; y++)
        for (let x = 0; x < SIZE; x++)
            if (INKS[name](x, y)) data.set(INK[name], 4 * (y * SIZE + x));
    return { width: SIZE, height: SIZE, data };
}

/** The name of the map's image of a hatch, which is added where it is not there yet. */
export function hatch(map, name) {
    const id = `trame-${name}`;
    if (!map.hasImage(id)) map.addImage(id, picture(name), { pixelRatio: 2 });
    return id;
}
