-- Version 2: decisions on perimeters with their history, findings, figures (issue 3).

-- 1. Decisions ------------------------------------------------------------------------------------

-- The present state of the reference scenario, as steps read it.
ALTER TABLE perimeter ADD COLUMN version INTEGER;      -- null: not recorded in the history yet
-- Of the codes of members without import_id; null: the study's.
ALTER TABLE perimeter ADD COLUMN vintage TEXT;
ALTER TABLE perimeter_member_raw ADD COLUMN on_purpose INTEGER NOT NULL DEFAULT 0;
ALTER TABLE perimeter_member_raw ADD COLUMN reason TEXT;
ALTER TABLE perimeter_member_raw ADD COLUMN zone TEXT;
CREATE TABLE perimeter_status (      -- in order of place; the last is the present one
  perimeter_id TEXT NOT NULL, place INTEGER NOT NULL, status TEXT NOT NULL, since TEXT, by_whom TEXT,
  import_id INTEGER, PRIMARY KEY (perimeter_id, place)) WITHOUT ROWID;

CREATE TABLE change (
  id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, scenario TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'edition', 'annulation', 'retablissement',
                                     'restauration', 'fusion', 'reception')),
  of_change TEXT, at TEXT NOT NULL, who TEXT NOT NULL, why TEXT) WITHOUT ROWID;
CREATE TABLE perimeter_document (hash TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE perimeter_version (     -- before, after: hashes; null = not there; vintage: of the codes
  perimeter_id TEXT NOT NULL, scenario TEXT NOT NULL, version INTEGER NOT NULL,
  change_id TEXT NOT NULL, before TEXT, after TEXT, vintage TEXT,
  PRIMARY KEY (perimeter_id, scenario, version)) WITHOUT ROWID;
CREATE INDEX perimeter_version_of ON perimeter_version (change_id);
CREATE TABLE scenario (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, base TEXT NOT NULL, at TEXT NOT NULL,
  who TEXT NOT NULL) WITHOUT ROWID;
-- Perimeters that a scenario changed: what it has (null: deleted there), what it began with. Those
-- of the reference (scenario '') all stand here once they are recorded.
CREATE TABLE scenario_head (
  scenario TEXT NOT NULL, perimeter_id TEXT NOT NULL, version INTEGER NOT NULL, state TEXT,
  began TEXT, PRIMARY KEY (scenario, perimeter_id)) WITHOUT ROWID;
-- What a scenario had of the perimeters of its base when it was made: their version and hash.
CREATE TABLE scenario_base (
  scenario TEXT NOT NULL, perimeter_id TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (scenario, perimeter_id)) WITHOUT ROWID;
CREATE TABLE gap_note (
  code TEXT PRIMARY KEY, note TEXT NOT NULL, since TEXT, at TEXT NOT NULL, who TEXT NOT NULL)
  WITHOUT ROWID;

-- 2. More of what people give ---------------------------------------------------------------------

CREATE TABLE indicator_raw (
  import_id INTEGER NOT NULL, source_row INTEGER NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL,
  value REAL NOT NULL, weight REAL, PRIMARY KEY (import_id, source_row)) WITHOUT ROWID;
CREATE TABLE indicator (             -- what is said of each; how: somme, moyenne
  name TEXT PRIMARY KEY, title TEXT, unit TEXT,
  how TEXT NOT NULL CHECK (how IN ('somme', 'moyenne')), import_id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE population_age_raw (    -- to_age null: and over
  import_id INTEGER NOT NULL, source_row INTEGER NOT NULL, code TEXT NOT NULL,
  from_age REAL NOT NULL, to_age REAL, population REAL NOT NULL CHECK (population >= 0),
  PRIMARY KEY (import_id, source_row, from_age)) WITHOUT ROWID;
-- Both on the study's codes (step codes).
CREATE TABLE commune_indicator (
  name TEXT NOT NULL, code TEXT NOT NULL, value REAL NOT NULL, weight REAL,
  PRIMARY KEY (name, code)) WITHOUT ROWID;
CREATE TABLE commune_age (
  code TEXT NOT NULL, from_age REAL NOT NULL, to_age REAL, population REAL NOT NULL,
  PRIMARY KEY (code, from_age)) WITHOUT ROWID;

-- 3. What is computed -----------------------------------------------------------------------------

-- step members
ALTER TABLE perimeter_member ADD COLUMN on_purpose INTEGER NOT NULL DEFAULT 0;
ALTER TABLE perimeter_member ADD COLUMN reason TEXT;
ALTER TABLE perimeter_member ADD COLUMN zone TEXT;
-- step links: roads that join two communes without a border and without a third commune
CREATE TABLE road_link (
  a TEXT NOT NULL, b TEXT NOT NULL, minutes REAL NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
-- step perimeters
ALTER TABLE perimeter_figure DROP COLUMN alerts; -- perimeter_alert has them
ALTER TABLE perimeter_figure ADD COLUMN status_since TEXT;
ALTER TABLE perimeter_figure ADD COLUMN parts_by_border INTEGER;
ALTER TABLE perimeter_figure ADD COLUMN holes INTEGER;
ALTER TABLE perimeter_figure ADD COLUMN density REAL;
ALTER TABLE perimeter_figure ADD COLUMN polsby_popper REAL;
ALTER TABLE perimeter_figure ADD COLUMN reock REAL;
ALTER TABLE perimeter_figure ADD COLUMN hull_ratio REAL;
ALTER TABLE overlap ADD COLUMN kind TEXT NOT NULL DEFAULT 'cpts';
ALTER TABLE overlap ADD COLUMN on_purpose INTEGER NOT NULL DEFAULT 0;
ALTER TABLE gap ADD COLUMN kind TEXT NOT NULL DEFAULT 'cpts';
-- step findings                     -- + geom MULTIPOLYGON on finding
CREATE TABLE finding (               -- subject: a perimeter, "a + b", a gap or a commune
  row_id INTEGER PRIMARY KEY, audience TEXT NOT NULL, id TEXT NOT NULL, perimeter_kind TEXT NOT NULL,
  kind TEXT NOT NULL, severity TEXT NOT NULL, subject TEXT NOT NULL, a TEXT, b TEXT, communes INTEGER NOT NULL,
  codes TEXT NOT NULL, population REAL NOT NULL, message TEXT NOT NULL, remedy TEXT,
  UNIQUE (audience, id));
CREATE TABLE contested (
  audience TEXT NOT NULL, perimeter_kind TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
  population REAL NOT NULL, claimants INTEGER NOT NULL, ids TEXT NOT NULL, evidence TEXT NOT NULL,
  PRIMARY KEY (audience, perimeter_kind, code)) WITHOUT ROWID;
CREATE TABLE perimeter_alert (       -- overlaps, and what else is more than information
  audience TEXT NOT NULL, id TEXT NOT NULL, alerts INTEGER NOT NULL,
  PRIMARY KEY (audience, id)) WITHOUT ROWID;
