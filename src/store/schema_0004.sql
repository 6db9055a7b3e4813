-- Version 4: working together (issue 5): what was done by whom, requests that were answered, comments.

-- 1. What was done ---------------------------------------------------------------------------------

-- In order of being done, written in the transaction of what it tells of. Event streams follow it,
-- audits read it. Rows stay; names go when their retention is over (who '', account null, forgotten
-- its day). action: a kind of table change, or note, commentaire, scenario, import, calcul, jeton,
-- export, oubli. detail: a JSON object.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, account TEXT, action TEXT NOT NULL,
  scenario TEXT, subject_kind TEXT, subject TEXT, change_id TEXT, why TEXT, detail TEXT,
  forgotten TEXT);
CREATE INDEX journal_change ON journal (change_id);

-- The account (id of its token) behind a change; null: the command line.
ALTER TABLE change ADD COLUMN account TEXT;

-- 2. Requests that were answered: the same one again gets the same answer and changes nothing ----------

CREATE TABLE request (
  account TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, status INTEGER NOT NULL,
  answer TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (account, id)) WITHOUT ROWID;

-- 3. Comments on a commune, a perimeter or a gap -----------------------------------------------------

-- reply_to: another comment. A withdrawn one keeps its place and loses its text.
CREATE TABLE comment (
  id TEXT PRIMARY KEY, subject_kind TEXT NOT NULL CHECK (subject_kind IN ('commune', 'perimetre')),
  subject TEXT NOT NULL, scenario TEXT NOT NULL, reply_to TEXT, text TEXT, at TEXT NOT NULL,
  who TEXT NOT NULL, account TEXT, settled TEXT, settled_by TEXT, withdrawn TEXT) WITHOUT ROWID;
CREATE INDEX comment_subject ON comment (subject_kind, subject);
