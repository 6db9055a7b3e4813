-- Version 3: the service (issue 4): accounts, boxes of geometry, names that communes had, the past
-- of perimeters as features.
--
-- schema.c gives each geometry column its index of boxes: SpatiaLite's idx_<table>_geom, an R-tree of
-- (pkid, xmin, xmax, ymin, ymax) by rowid that its triggers keep and other programs (QGIS) use too.
-- Boxes are of floats, rounded outwards. It costs about 30 microseconds a row written: one second of the ten
-- that an import of the 35,357 communes of France takes, and 4 % of the file.

-- 1. Accounts: a token is shown once and kept as its hash -----------------------------------------

CREATE TABLE token (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('lecteur', 'relecteur', 'planificateur', 'admin')),
  departments TEXT NOT NULL DEFAULT '[]',       -- JSON array; empty: all
  made TEXT NOT NULL, who TEXT NOT NULL, expires TEXT, revoked TEXT) WITHOUT ROWID;

-- 2. Names that communes had ----------------------------------------------------------------------

ALTER TABLE movement ADD COLUMN from_name TEXT;

-- 3. The past of perimeters (step versions)  -- + geom MULTIPOLYGON on perimeter_past --------------

-- A perimeter as it stood at the end of a day, until (not included) the day it stood otherwise;
-- status null: its first one begins later.
CREATE TABLE perimeter_past (
  row_id INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, perimeter_id TEXT NOT NULL, kind TEXT NOT NULL,
  version INTEGER NOT NULL, name TEXT NOT NULL, status TEXT, since TEXT, until TEXT,
  communes INTEGER NOT NULL, population REAL NOT NULL, codes TEXT NOT NULL);
