/* Whether points lie in surfaces: to count who lives in a zone. Pure. */

const inRing = ([x, y], ring) => {
    let inside = false;
    for (let i = 0, k = ring.length - 1; i < ring.length; k = i++) {
        const [[ax, ay], [bx, by]] = [ring[i], ring[k]];
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    return inside;
};

/** A test of points for one geometry (Polygon, MultiPolygon or null). Boxes are looked at first. */
export function insideOf(geometry) {
    const polygons = !geometry ? [] : geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const boxed = polygons.map((rings) => {
        const box = [Infinity, Infinity, -Infinity, -Infinity];
        for (const [x, y] of rings[0]) [box[0], box[1], box[2], box[3]] = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
        return { rings, box };
    });
    /* within the outer ring and in none of the holes: crossings of all rings, odd */
    return (point) => boxed.some(({ rings, box }) => point[0] >= box[0] && point[0] <= box[2] && point[1] >= box[1] && point[1] <= box[3]
        && rings.filter((ring) => inRing(point, ring)).length % 2 === 1);
}
