-- The peer of the benchmark "corse": compute. Minutes of 360 communes to the nearest GP and maternity,
-- perimeters dissolved, overlaps. What it is timed for is in tables when it ends.
.bail on
BEGIN;

-- Where communes stand: the nearest node within 500 m, else within 5 km, by the R*Tree.
CREATE TABLE places (code TEXT PRIMARY KEY, node INTEGER);
INSERT INTO places
SELECT code, id FROM (
    SELECT c.code, n.id, min(ST_Distance(n.geom, c.geometry)) AS metres
    FROM centres c
    CROSS JOIN idx_nodes_geom i ON i.xmin <= ST_X(c.geometry) + 500 AND i.xmax >= ST_X(c.geometry) - 500
        AND i.ymin <= ST_Y(c.geometry) + 500 AND i.ymax >= ST_Y(c.geometry) - 500
    JOIN nodes n ON n.id = i.pkid
    GROUP BY c.code)
WHERE metres <= 500;
INSERT INTO places
SELECT code, id FROM (
    SELECT c.code, n.id, min(ST_Distance(n.geom, c.geometry)) AS metres
    FROM centres c
    CROSS JOIN idx_nodes_geom i ON i.xmin <= ST_X(c.geometry) + 5000 AND i.xmax >= ST_X(c.geometry) - 5000
        AND i.ymin <= ST_Y(c.geometry) + 5000 AND i.ymax >= ST_Y(c.geometry) - 5000
    JOIN nodes n ON n.id = i.pkid
    WHERE c.code NOT IN (SELECT code FROM places)
    GROUP BY c.code)
WHERE metres <= 5000;
CREATE INDEX places_node ON places (node);
CREATE TABLE facilities AS
SELECT 'medecin_generaliste' AS service, p.code, p.node
FROM medecins m JOIN places p ON p.code = m.code
UNION ALL SELECT 'maternite', p.code, p.node FROM maternites m JOIN places p ON p.code = m.code;

-- One search per facility over the whole reversed network (bounded rounds, an hour first, were no
-- quicker: a commune lies farther from any GP). An isochrone leaves its origin out: a facility's own
-- node is added at 0. The unary + keeps VirtualRouting from taking the join for its destinations.
CREATE TEMP TABLE reached (service TEXT, code TEXT, facility TEXT, seconds DOUBLE);
INSERT INTO reached
SELECT f.service, p.code, f.code, 0.0 FROM facilities f JOIN places p ON p.node = f.node;
INSERT INTO reached
SELECT f.service, p.code, f.code, r.cost
FROM facilities f CROSS JOIN routing r CROSS JOIN places p ON p.node = +r.nodeto
WHERE r.nodefrom = f.node AND r.cost <= 1e9;
CREATE TABLE couverture AS
SELECT service, code, facility, min(seconds) / 60.0 AS minutes FROM reached GROUP BY service, code;

-- Perimeters: union of their communes, population, area.
CREATE TABLE perimetres AS
SELECT p.id, count(*) AS communes, sum(c.population) AS population,
       ST_Multi(ST_Union(c.geometry)) AS geometry
FROM cpts p JOIN communes c ON c.code = p.code GROUP BY p.id;
SELECT RecoverGeometryColumn('perimetres', 'geometry', 2154, 'MULTIPOLYGON', 'XY');
CREATE TABLE mesures AS
SELECT id, ST_Area(geometry) / 1e6 AS surface_km2, ST_NumGeometries(geometry) AS parties
FROM perimetres;

-- Overlaps: pairs of perimeters that share communes.
CREATE TABLE chevauchements AS
SELECT a.id AS a, b.id AS b, count(*) AS communes, sum(c.population) AS population
FROM cpts a JOIN cpts b ON b.code = a.code AND b.id > a.id JOIN communes c ON c.code = a.code
GROUP BY a.id, b.id;
COMMIT;
