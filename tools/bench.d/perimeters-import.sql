-- The peer of the benchmarks "perimeters-bretagne" and "perimeters-move": import, not counted in their
-- ratio. After ogr2ogr has loaded members and communes (EPSG:2154, with their spatial index): keys, who
-- borders whom along a line (by that index, once: communes do not move), and the rules of the day.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE UNIQUE INDEX communes_code ON communes (code);
CREATE TABLE units (code TEXT PRIMARY KEY, population DOUBLE, area_m2 DOUBLE, outline_m DOUBLE,
                    departement TEXT, epci TEXT, bv2012 TEXT) WITHOUT ROWID;
INSERT INTO units
SELECT code, population, ST_Area(geometry), ST_Perimeter(geometry), departement, epci, bv2012
FROM communes;
CREATE TABLE borders (a TEXT, b TEXT, length_m DOUBLE, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO borders
SELECT * FROM (
    SELECT a.code, b.code, ST_Length(ST_Intersection(a.geometry, b.geometry)) AS length_m
    FROM communes a
    JOIN idx_communes_geometry i ON i.xmin <= MbrMaxX(a.geometry) AND i.xmax >= MbrMinX(a.geometry)
        AND i.ymin <= MbrMaxY(a.geometry) AND i.ymax >= MbrMinY(a.geometry)
    JOIN communes b ON b.ogc_fid = i.pkid AND b.code <> a.code
    WHERE ST_Touches(a.geometry, b.geometry))
WHERE length_m > 0;
CREATE TABLE on_edge (code TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO on_edge
SELECT u.code FROM units u LEFT JOIN borders b ON b.a = u.code
GROUP BY u.code HAVING u.outline_m - ifnull(sum(b.length_m), 0) > 1;
CREATE TABLE held (id TEXT, code TEXT, PRIMARY KEY (id, code)) WITHOUT ROWID;
INSERT INTO held SELECT id, code FROM members;
CREATE INDEX held_code ON held (code);
CREATE TABLE cpts (id TEXT PRIMARY KEY, published INTEGER) WITHOUT ROWID;
INSERT INTO cpts
SELECT id, max(statut IN ('contractualisee', 'en-fonctionnement')) FROM members GROUP BY id;
-- The classes of aci-2019: at least, and below (175,000 itself is T3).
CREATE TABLE sizes (class TEXT, least DOUBLE, below DOUBLE);
INSERT INTO sizes VALUES ('T1', 0, 40000), ('T2', 40000, 80000), ('T3', 80000, 175000.5),
                         ('T4', 175000.5, 9e999);
COMMIT;
ANALYZE;
