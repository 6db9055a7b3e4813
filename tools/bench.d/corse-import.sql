-- The peer of the benchmark "corse": import. After ogr2ogr has loaded roads, communes, centres,
-- medecins, maternites and cpts, this makes the network that VirtualRouting searches.
--
-- VirtualRouting fails silently on node ids above 2^31 - 1 (half of Corsica's): nodes are numbered
-- anew. A patient drives to care, so the links are turned round and searched from the facilities.
-- Costs are seconds; no geometry, no name and no A* keep the network small.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE nodes (id INTEGER PRIMARY KEY, osm INTEGER NOT NULL UNIQUE);
INSERT INTO nodes (osm) SELECT from_node FROM roads UNION SELECT to_node FROM roads;
SELECT AddGeometryColumn('nodes', 'geom', 2154, 'POINT', 'XY');
CREATE TEMP TABLE ends AS
SELECT osm, geom FROM (
    SELECT from_node AS osm, ST_StartPoint(geom) AS geom FROM roads
    UNION ALL SELECT to_node, ST_EndPoint(geom) FROM roads)
GROUP BY osm;
CREATE UNIQUE INDEX temp.ends_osm ON ends (osm);
UPDATE nodes SET geom = (SELECT e.geom FROM ends e WHERE e.osm = nodes.osm);
SELECT CreateSpatialIndex('nodes', 'geom');
CREATE TABLE links (id INTEGER PRIMARY KEY, node_from INTEGER NOT NULL, node_to INTEGER NOT NULL,
                    cost DOUBLE NOT NULL);
INSERT INTO links (node_from, node_to, cost)
SELECT t.id, f.id, max(0.001, 3.6 * r.length_m / r.speed_kmh)
FROM roads r JOIN nodes f ON f.osm = r.from_node JOIN nodes t ON t.osm = r.to_node
WHERE r.from_node <> r.to_node;
CREATE UNIQUE INDEX communes_code ON communes (code);
CREATE UNIQUE INDEX centres_code ON centres (code);
CREATE INDEX cpts_code ON cpts (code);
COMMIT;
SELECT CreateRouting('routing_data', 'routing', 'links', 'node_from', 'node_to', NULL, 'cost',
                     NULL, 0, 0);
ANALYZE;
