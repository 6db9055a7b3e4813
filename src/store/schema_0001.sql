-- The workspace, version 1. Geometry columns are declared in src/store/schema.c (SpatiaLite makes
-- them); everything else stands here. Codes are kept as published in the tables of the first part;
-- the step `codes` converts them into those of the second.

-- 0. The workspace itself ---------------------------------------------------------------------

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE import (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT, service TEXT,
  file TEXT NOT NULL, sha256 TEXT NOT NULL, vintage TEXT, source TEXT, licence TEXT,
  options TEXT NOT NULL, rows_read INTEGER NOT NULL, rows_kept INTEGER NOT NULL,
  rows_repaired INTEGER NOT NULL, rows_refused INTEGER NOT NULL, report TEXT NOT NULL,
  program TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL);

CREATE TABLE step_run (
  step TEXT NOT NULL, audience TEXT NOT NULL, inputs_hash TEXT NOT NULL, parameters TEXT NOT NULL,
  message TEXT NOT NULL, seconds REAL NOT NULL, program TEXT NOT NULL, at TEXT NOT NULL,
  who TEXT NOT NULL, PRIMARY KEY (step, audience)) WITHOUT ROWID;

-- What was repaired, snapped far away, unreachable, estimated, converted: nothing is silent.
-- origin: 'import:<kind>' or 'step:<name>'; audience '' where it holds nothing of a perimeter.
CREATE TABLE remark (
  id INTEGER PRIMARY KEY, origin TEXT NOT NULL, audience TEXT NOT NULL, import_id INTEGER,
  severity TEXT NOT NULL CHECK (severity IN ('information', 'alerte', 'erreur')),
  kind TEXT NOT NULL, subject TEXT, message TEXT NOT NULL);

-- 1. What people gave, as published -------------------------------------------------------------

CREATE TABLE commune (               -- + geom MULTIPOLYGON
  code TEXT PRIMARY KEY, name TEXT NOT NULL, population REAL CHECK (population >= 0),
  department TEXT NOT NULL, import_id INTEGER NOT NULL);
CREATE TABLE centre (
  code TEXT PRIMARY KEY, lon REAL NOT NULL, lat REAL NOT NULL, import_id INTEGER NOT NULL);
CREATE TABLE supply_raw (
  import_id INTEGER NOT NULL, source_row INTEGER NOT NULL, service TEXT NOT NULL,
  code TEXT NOT NULL, amount REAL NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (import_id, source_row)) WITHOUT ROWID;
CREATE TABLE facility_raw (          -- code or lon/lat, or both
  import_id INTEGER NOT NULL, source_row INTEGER NOT NULL, service TEXT NOT NULL,
  id TEXT, name TEXT, code TEXT, lon REAL, lat REAL, amount REAL NOT NULL CHECK (amount >= 0),
  status TEXT NOT NULL CHECK (status IN ('ouvert', 'prevu', 'ferme', 'temps-partiel')),
  PRIMARY KEY (import_id, source_row)) WITHOUT ROWID;
CREATE TABLE grouping_raw (
  import_id INTEGER NOT NULL, source_row INTEGER NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL,
  group_id TEXT NOT NULL, title TEXT, PRIMARY KEY (import_id, source_row)) WITHOUT ROWID;
CREATE TABLE movement (
  import_id INTEGER NOT NULL, source_row INTEGER NOT NULL, from_vintage TEXT NOT NULL,
  to_vintage TEXT NOT NULL, from_code TEXT NOT NULL, to_code TEXT NOT NULL, ratio REAL,
  PRIMARY KEY (import_id, source_row)) WITHOUT ROWID;
CREATE TABLE perimeter (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  contact TEXT, import_id INTEGER, edited INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE perimeter_member_raw (
  perimeter_id TEXT NOT NULL, code TEXT NOT NULL, share REAL NOT NULL CHECK (share > 0 AND share <= 1),
  import_id INTEGER, source_row INTEGER, PRIMARY KEY (perimeter_id, code)) WITHOUT ROWID;

-- 2. The same on the study's codes (step codes) ---------------------------------------------------

CREATE TABLE place (                 -- facilities and places of supply, one per id and service
  id TEXT NOT NULL, service TEXT NOT NULL, name TEXT NOT NULL, code TEXT, lon REAL, lat REAL,
  amount REAL NOT NULL, status TEXT NOT NULL,
  located TEXT NOT NULL CHECK (located IN ('centre', 'point', 'nulle-part')),
  PRIMARY KEY (service, id)) WITHOUT ROWID;
CREATE TABLE grouping (
  name TEXT NOT NULL, code TEXT NOT NULL, group_id TEXT NOT NULL, title TEXT,
  PRIMARY KEY (name, code)) WITHOUT ROWID;
CREATE TABLE perimeter_member (
  perimeter_id TEXT NOT NULL, code TEXT NOT NULL, share REAL NOT NULL,
  PRIMARY KEY (perimeter_id, code)) WITHOUT ROWID;

-- 3. What was computed -----------------------------------------------------------------------------

-- step borders
CREATE TABLE border (                -- a < b
  a TEXT NOT NULL, b TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('ligne', 'point')),
  length_m REAL NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE commune_figure (        -- centre: as given, else a point inside; block: border-connected
  code TEXT PRIMARY KEY, area_m2 REAL NOT NULL, lon REAL NOT NULL, lat REAL NOT NULL,
  centre_from TEXT NOT NULL CHECK (centre_from IN ('source', 'interieur')),
  block INTEGER NOT NULL, on_edge INTEGER NOT NULL) WITHOUT ROWID;
-- step network
CREATE TABLE snap (                  -- subject: commune code, or service/id of a place
  kind TEXT NOT NULL CHECK (kind IN ('commune', 'place')), subject TEXT NOT NULL,
  snapped INTEGER NOT NULL, distance_m REAL, reason TEXT,
  PRIMARY KEY (kind, subject)) WITHOUT ROWID;
-- step coverage
CREATE TABLE coverage (              -- minutes null: unreached
  code TEXT NOT NULL, service TEXT NOT NULL, minutes REAL, place_id TEXT, band_min REAL,
  estimated INTEGER NOT NULL, PRIMARY KEY (code, service)) WITHOUT ROWID;
CREATE TABLE band_share (
  service TEXT NOT NULL, minutes REAL NOT NULL, population REAL NOT NULL, share REAL,
  PRIMARY KEY (service, minutes)) WITHOUT ROWID;
-- step catchments                   -- + geom MULTIPOLYGON
CREATE TABLE catchment (
  id INTEGER PRIMARY KEY, place_id TEXT NOT NULL, service TEXT NOT NULL, name TEXT NOT NULL,
  communes INTEGER NOT NULL, population REAL NOT NULL, area_m2 REAL NOT NULL, mean_min REAL,
  max_min REAL, UNIQUE (service, place_id));
-- step isochrones                   -- + geom MULTIPOLYGON
CREATE TABLE isochrone (
  id INTEGER PRIMARY KEY, service TEXT NOT NULL, minutes REAL NOT NULL, population REAL NOT NULL,
  share REAL, UNIQUE (service, minutes));
-- step access
CREATE TABLE access (
  code TEXT NOT NULL, service TEXT NOT NULL, apl REAL, PRIMARY KEY (code, service)) WITHOUT ROWID;
-- step zones                        -- + geom MULTIPOLYGON
CREATE TABLE zone (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, population REAL NOT NULL, apl REAL,
  class TEXT, class_computed TEXT, derogation INTEGER, reason TEXT);
-- step perimeters (once per audience)  -- + geom MULTIPOLYGON on figure, overlap and gap
CREATE TABLE perimeter_figure (
  row_id INTEGER PRIMARY KEY, audience TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
  kind TEXT NOT NULL, status TEXT NOT NULL, communes INTEGER NOT NULL, population REAL NOT NULL,
  area_m2 REAL NOT NULL, size_class TEXT, parts INTEGER NOT NULL, perimeter_m REAL NOT NULL,
  alerts INTEGER NOT NULL, contact TEXT, UNIQUE (audience, id));
CREATE TABLE overlap (
  row_id INTEGER PRIMARY KEY, audience TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL,
  communes INTEGER NOT NULL, codes TEXT NOT NULL, population REAL NOT NULL, part_a REAL, part_b REAL,
  severity TEXT NOT NULL, UNIQUE (audience, a, b));
CREATE TABLE gap (
  row_id INTEGER PRIMARY KEY, audience TEXT NOT NULL, id TEXT NOT NULL, communes INTEGER NOT NULL,
  codes TEXT NOT NULL, population REAL NOT NULL, enclosed INTEGER NOT NULL, neighbours TEXT NOT NULL,
  note TEXT, UNIQUE (audience, id));
-- step drives (once per audience)
CREATE TABLE perimeter_drive (       -- null: a member that no road joins to the others
  audience TEXT NOT NULL, id TEXT NOT NULL, longest_drive_min REAL,
  PRIMARY KEY (audience, id)) WITHOUT ROWID;
-- step perimeter-catchments         -- + geom MULTIPOLYGON
CREATE TABLE perimeter_catchment (
  row_id INTEGER PRIMARY KEY, audience TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
  service TEXT NOT NULL, communes INTEGER NOT NULL, population REAL NOT NULL,
  population_outside REAL NOT NULL, share_kept REAL, UNIQUE (audience, id, service));
