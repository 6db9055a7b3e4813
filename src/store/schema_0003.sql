-- Version 3: the service (issue 4): accounts, boxes of geometry, names that communes had, the past
-- of perimeters as features. schema.c gives each geometry column its index of boxes (R-tree).

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
