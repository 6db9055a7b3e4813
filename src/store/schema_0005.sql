-- Version 5: what the map shows (issue 6): groupings as areas, inhabitants and care against area and
-- inhabitants. What is computed goes with its step; nothing of older workspaces is changed.

-- step contexts: a row for each group of each grouping  -- + geom MULTIPOLYGON
CREATE TABLE context (
  row_id INTEGER PRIMARY KEY, grouping TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
  communes INTEGER NOT NULL, codes TEXT NOT NULL, population REAL NOT NULL, area_m2 REAL NOT NULL,
  density REAL, UNIQUE (grouping, id));
-- step densities: inhabitants a square km; null where the population is not known
CREATE TABLE commune_density (code TEXT PRIMARY KEY, density REAL) WITHOUT ROWID;
-- step care-densities: what open places of a service hold in a commune (doctors, wards), and that for 100,000
-- inhabitants; null where nobody lives
CREATE TABLE service_density (
  code TEXT NOT NULL, service TEXT NOT NULL, amount REAL NOT NULL, per_100000 REAL,
  PRIMARY KEY (code, service)) WITHOUT ROWID;

-- Defects of outlines are told by step contexts, which draws those of the zones too.
DELETE FROM remark WHERE origin = 'step:zones';
