/* Shapes measured by plain loops: area, length, box, place of a point. */
#include <maille/shapes.h>

#include <maille/memory.h>
#include <math.h>

/* A closed ring. */
typedef struct {
    const maille_xy *points;
    uint32_t count;
} chain;

static chain ring_of(const maille_shapes *shapes, uint32_t ring) {
    uint32_t start = shapes->point_start[ring];
    return (chain){shapes->points + start, shapes->point_start[ring + 1] - start};
}

static uint32_t first_ring(const maille_shapes *shapes, uint32_t i) {
    return shapes->ring_start[shapes->part_start[i]];
}

/* Area of a ring, whatever its direction. */
static double ring_area(chain r) {
    double sum = 0;
    for (uint32_t i = 1; i + 1 < r.count; i++) {
        double ax = r.points[i].x - r.points[0].x, ay = r.points[i].y - r.points[0].y;
        double bx = r.points[i + 1].x - r.points[0].x, by = r.points[i + 1].y - r.points[0].y;
        sum += ax * by - bx * ay;
    }
    return fabs(sum) / 2;
}

static double part_area(const maille_shapes *shapes, uint32_t part) {
    double area = 0;
    uint32_t shell = shapes->ring_start[part];
    for (uint32_t r = shell; r < shapes->ring_start[part + 1]; r++)
        area += r == shell ? ring_area(ring_of(shapes, r)) : -ring_area(ring_of(shapes, r));
    return area;
}

double maille_shape_area(const maille_shapes *shapes, uint32_t i) {
    double area = 0;
    for (uint32_t part = shapes->part_start[i]; part < shapes->part_start[i + 1]; part++)
        area += part_area(shapes, part);
    return area;
}

double maille_shape_perimeter(const maille_shapes *shapes, uint32_t i) {
    double length = 0;
    for (uint32_t ring = first_ring(shapes, i); ring < first_ring(shapes, i + 1); ring++) {
        chain r = ring_of(shapes, ring);
        for (uint32_t k = 0; k + 1 < r.count; k++)
            length += hypot(r.points[k + 1].x - r.points[k].x, r.points[k + 1].y - r.points[k].y);
    }
    return length;
}

maille_box maille_shape_box(const maille_shapes *shapes, uint32_t i) {
    maille_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    uint32_t end = shapes->point_start[first_ring(shapes, i + 1)];
    for (uint32_t k = shapes->point_start[first_ring(shapes, i)]; k < end; k++) {
        maille_xy p = shapes->points[k];
        box.min_x = fmin(box.min_x, p.x);
        box.min_y = fmin(box.min_y, p.y);
        box.max_x = fmax(box.max_x, p.x);
        box.max_y = fmax(box.max_y, p.y);
    }
    return box;
}

/* Where the edge a–b crosses the height y. Computed from its lower end, so that two neighbours who
 * run along it in opposite directions agree on every point. */
static double crossing_x(maille_xy a, maille_xy b, double y) {
    if (a.y > b.y) {
        maille_xy c = a;
        a = b;
        b = c;
    }
    return a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
}

static bool ring_flips(chain r, maille_xy p) {
    bool inside = false;
    for (uint32_t k = 0; k + 1 < r.count; k++) {
        maille_xy a = r.points[k], b = r.points[k + 1];
        if ((a.y > p.y) != (b.y > p.y) && p.x < crossing_x(a, b, p.y))
            inside = !inside;
    }
    return inside;
}

bool maille_shape_contains(const maille_shapes *shapes, uint32_t i, maille_xy p) {
    bool inside = false;
    for (uint32_t ring = first_ring(shapes, i); ring < first_ring(shapes, i + 1); ring++)
        inside ^= ring_flips(ring_of(shapes, ring), p);
    return inside;
}

static double squared_distance(maille_xy p, maille_xy a, maille_xy b) {
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double x = a.x + t * dx - p.x, y = a.y + t * dy - p.y;
    return x * x + y * y;
}

double maille_shape_distance(const maille_shapes *shapes, uint32_t i, maille_xy p) {
    double best = INFINITY;
    if (maille_shape_contains(shapes, i, p))
        return 0;
    for (uint32_t ring = first_ring(shapes, i); ring < first_ring(shapes, i + 1); ring++) {
        chain r = ring_of(shapes, ring);
        for (uint32_t k = 0; k + 1 < r.count; k++)
            best = fmin(best, squared_distance(p, r.points[k], r.points[k + 1]));
    }
    return sqrt(best);
}

/* A height near the middle of a part that runs through none of its vertices. */
static double clear_height(const maille_shapes *shapes, uint32_t part) {
    uint32_t start = shapes->point_start[shapes->ring_start[part]];
    uint32_t end = shapes->point_start[shapes->ring_start[part + 1]];
    double low = INFINITY, high = -INFINITY;
    for (uint32_t k = start; k < end; k++) {
        low = fmin(low, shapes->points[k].y);
        high = fmax(high, shapes->points[k].y);
    }
    double middle = low + (high - low) / 2;
    for (uint32_t k = start; k < end; k++) {
        double y = shapes->points[k].y;
        if (y <= middle)
            low = fmax(low, y);
        else
            high = fmin(high, y);
    }
    return low + (high - low) / 2;
}

/* The crossing of a part's rings at height y that lies next to the right of x. */
static double next_crossing(const maille_shapes *shapes, uint32_t part, double x, double y) {
    double best = INFINITY;
    for (uint32_t ring = shapes->ring_start[part]; ring < shapes->ring_start[part + 1]; ring++) {
        chain r = ring_of(shapes, ring);
        for (uint32_t k = 0; k + 1 < r.count; k++) {
            maille_xy a = r.points[k], b = r.points[k + 1];
            if ((a.y > y) == (b.y > y))
                continue;
            double c = crossing_x(a, b, y);
            if (c > x && c < best)
                best = c;
        }
    }
    return best;
}

maille_xy maille_shape_inner_point(const maille_shapes *shapes, uint32_t i) {
    uint32_t first = shapes->part_start[i], last = shapes->part_start[i + 1], largest = first;
    if (first == last)
        return (maille_xy){NAN, NAN};
    double most = -1;
    for (uint32_t part = first; part < last; part++) {
        double area = part_area(shapes, part);
        if (area > most) {
            most = area;
            largest = part;
        }
    }
    double y = clear_height(shapes, largest), widest = -1;
    maille_xy inner = shapes->points[shapes->point_start[shapes->ring_start[largest]]];
    double from = next_crossing(shapes, largest, -INFINITY, y);
    while (from < INFINITY) {
        double to = next_crossing(shapes, largest, from, y);
        if (to == INFINITY)
            break;
        if (to - from > widest) {
            widest = to - from;
            inner = (maille_xy){from + (to - from) / 2, y};
        }
        from = next_crossing(shapes, largest, to, y);
    }
    return inner;
}
