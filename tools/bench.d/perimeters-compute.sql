-- The peer of the benchmarks "perimeters-bretagne" and "perimeters-move": compute. All figures and
-- findings of the perimeters in `held` that SQL can express (no drives, no road links; no Reock, for
-- SpatiaLite 5.0 has no smallest enclosing circle). What it is timed for is in tables when it ends.
.bail on
PRAGMA temp_store = MEMORY;
BEGIN;

-- Who borders whom inside a perimeter, then its pieces, each named by its first commune.
CREATE TEMP TABLE inner (id TEXT, a TEXT, b TEXT, length_m DOUBLE, PRIMARY KEY (id, a, b))
    WITHOUT ROWID;
INSERT INTO inner
SELECT h.id, h.code, g.code, n.length_m
FROM held h CROSS JOIN borders n ON n.a = h.code CROSS JOIN held g ON g.id = h.id AND g.code = n.b;
CREATE TABLE pieces (id TEXT, code TEXT, piece TEXT, PRIMARY KEY (id, code)) WITHOUT ROWID;
INSERT INTO pieces
WITH RECURSIVE reached (id, code, piece) AS (
    SELECT id, code, code FROM held
    UNION
    SELECT r.id, i.b, r.piece FROM reached r JOIN inner i ON i.id = r.id AND i.a = r.code
    WHERE i.b > r.piece)
SELECT id, code, min(piece) FROM reached GROUP BY id, code;

-- Shapes: the union of the communes of each perimeter.
CREATE TABLE perimetres AS
SELECT h.id, ST_Multi(ST_Union(c.geometry)) AS geometry
FROM held h JOIN communes c ON c.code = h.code GROUP BY h.id;
SELECT RecoverGeometryColumn('perimetres', 'geometry', 2154, 'MULTIPOLYGON', 'XY');

-- Figures.
CREATE TABLE figures AS
SELECT s.id, p.communes, p.population, s.area_m2, p.population / (s.area_m2 / 1e6) AS density,
       z.class, z.below - p.population AS to_upper, p.population - z.least AS to_lower, s.outline_m,
       4 * pi() * s.area_m2 / (s.outline_m * s.outline_m) AS polsby_popper,
       s.area_m2 / s.hull_m2 AS hull_ratio, k.parts
FROM (SELECT id, ST_Area(geometry) AS area_m2, ST_Perimeter(geometry) AS outline_m,
             ST_Area(ST_ConvexHull(geometry)) AS hull_m2 FROM perimetres) s
JOIN (SELECT h.id, count(*) AS communes, sum(u.population) AS population
      FROM held h JOIN units u ON u.code = h.code GROUP BY h.id) p ON p.id = s.id
JOIN (SELECT id, count(DISTINCT piece) AS parts FROM pieces GROUP BY id) k ON k.id = s.id
JOIN sizes z ON p.population >= z.least AND p.population < z.below;
CREATE UNIQUE INDEX figures_id ON figures (id);

-- Holes: groups of communes of others that nobody leaves without crossing the perimeter. Only what
-- lies within a ring of it can be: these rings, and the communes within them.
CREATE TABLE holes AS
SELECT r.id, r.ring, count(*) AS communes, sum(u.population) AS population,
       group_concat(c.code) AS codes
FROM (WITH RECURSIVE each (id, polygon, n, rings, shape) AS (
          SELECT e.id, e.polygon, 1, ST_NumInteriorRing(e.shape), e.shape
          FROM (WITH RECURSIVE part (id, n, parts, shape) AS (
                    SELECT id, 1, ST_NumGeometries(geometry), geometry FROM perimetres
                    UNION ALL SELECT id, n + 1, parts, shape FROM part WHERE n < parts)
                SELECT id, n AS polygon, ST_GeometryN(shape, n) AS shape FROM part) e
          WHERE ST_NumInteriorRing(e.shape) > 0
          UNION ALL SELECT id, polygon, n + 1, rings, shape FROM each WHERE n < rings)
      SELECT id, polygon * 1000 + n AS ring, ST_MakePolygon(ST_InteriorRingN(shape, n)) AS inside
      FROM each) r
JOIN idx_communes_geometry i ON i.xmin <= MbrMaxX(r.inside) AND i.xmax >= MbrMinX(r.inside)
    AND i.ymin <= MbrMaxY(r.inside) AND i.ymax >= MbrMinY(r.inside)
JOIN communes c ON c.ogc_fid = i.pkid
JOIN units u ON u.code = c.code
WHERE ST_Contains(r.inside, ST_PointOnSurface(c.geometry))
GROUP BY r.id, r.ring;

-- Findings of one perimeter: sizes, pieces beside the most populous one, départements, splits.
CREATE TABLE small AS SELECT id, 20000 - population AS lacking FROM figures WHERE population < 20000;
CREATE TABLE apart AS
SELECT p.id, p.code, p.piece FROM pieces p
JOIN (SELECT id, piece, max(population) FROM (
          SELECT p.id, p.piece, sum(u.population) AS population
          FROM pieces p JOIN units u ON u.code = p.code GROUP BY p.id, p.piece)
      GROUP BY id) main ON main.id = p.id AND main.piece <> p.piece
WHERE p.id IN (SELECT id FROM figures WHERE parts > 1);
CREATE TABLE departements AS
SELECT h.id, u.departement, count(*) AS communes, sum(u.population) AS population
FROM held h JOIN units u ON u.code = h.code GROUP BY h.id, u.departement;
CREATE TABLE splits AS
SELECT m.id, m.grouping, m.grp, m.communes, m.population, w.communes - m.communes AS missing,
       w.population AS of_population
FROM (SELECT h.id, 'epci' AS grouping, u.epci AS grp, count(*) AS communes,
             sum(u.population) AS population
      FROM held h JOIN units u ON u.code = h.code WHERE u.epci > '' GROUP BY h.id, u.epci
      UNION ALL
      SELECT h.id, 'bv2012', u.bv2012, count(*), sum(u.population)
      FROM held h JOIN units u ON u.code = h.code WHERE u.bv2012 > '' GROUP BY h.id, u.bv2012) m
JOIN (SELECT 'epci' AS grouping, epci AS grp, count(*) AS communes, sum(population) AS population
      FROM units GROUP BY epci
      UNION ALL SELECT 'bv2012', bv2012, count(*), sum(population) FROM units GROUP BY bv2012) w
    ON w.grouping = m.grouping AND w.grp = m.grp
WHERE m.communes < w.communes;

-- Overlaps: pairs of perimeters that hold the same communes, with their severity.
CREATE TABLE chevauchements AS
SELECT a.id AS a, b.id AS b, count(*) AS communes, sum(u.population) AS population,
       group_concat(a.code) AS codes,
       CASE min(ca.published) + min(cb.published)
           WHEN 2 THEN 'erreur' WHEN 1 THEN 'alerte' ELSE 'information' END AS gravite
FROM held a JOIN held b ON b.code = a.code AND b.id > a.id JOIN units u ON u.code = a.code
JOIN cpts ca ON ca.id = a.id JOIN cpts cb ON cb.id = b.id
GROUP BY a.id, b.id;

-- Gaps: connected groups of communes that nobody holds, and who borders them.
CREATE TEMP TABLE free (code TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO free SELECT code FROM units WHERE code NOT IN (SELECT code FROM held);
CREATE TABLE free_gaps (code TEXT PRIMARY KEY, gap TEXT) WITHOUT ROWID;
INSERT INTO free_gaps
WITH RECURSIVE reached (code, gap) AS (
    SELECT code, code FROM free
    UNION
    SELECT f.code, r.gap FROM reached r JOIN borders n ON n.a = r.code JOIN free f ON f.code = n.b
    WHERE f.code > r.gap)
SELECT code, min(gap) FROM reached GROUP BY code;
CREATE TABLE gaps AS
SELECT g.gap, count(*) AS communes, sum(u.population) AS population,
       sum(e.code IS NOT NULL) = 0 AS enclosed
FROM free_gaps g JOIN units u ON u.code = g.code LEFT JOIN on_edge e ON e.code = g.code
GROUP BY g.gap;
CREATE TABLE takers AS
SELECT t.gap, t.id, f.population + g.population AS population_after, z.class
FROM (SELECT DISTINCT g.gap, h.id FROM free_gaps g JOIN borders n ON n.a = g.code
      JOIN held h ON h.code = n.b) t
JOIN gaps g ON g.gap = t.gap JOIN figures f ON f.id = t.id
JOIN sizes z ON f.population + g.population >= z.least AND f.population + g.population < z.below;
COMMIT;

-- What the benchmark compares. Holes are not: a commune between two pieces that meet in points is in
-- no ring.
SELECT 'claim', id, communes, population, area_m2, outline_m, hull_ratio, parts, class
FROM figures ORDER BY id;
SELECT 'found', (SELECT count(*) FROM chevauchements), (SELECT sum(population) FROM chevauchements),
       (SELECT count(*) FROM gaps), (SELECT sum(population) FROM gaps),
       (SELECT sum(enclosed) FROM gaps), (SELECT count(*) FROM takers),
       (SELECT count(*) FROM small), (SELECT count(DISTINCT id) FROM apart),
       (SELECT count(*) FROM apart),
       (SELECT count(*) FROM (SELECT id FROM departements GROUP BY id HAVING count(*) > 1)),
       (SELECT count(*) FROM splits), (SELECT sum(population) FROM splits);
