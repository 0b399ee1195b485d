/**
 * The database's history: entry i takes it from version i to version i + 1. Entries are only ever added, never changed: a
 * database in somebody's project has been through the old text.
 */
export const migrations: readonly string[] = [
  // 1: the index of the data set
  `
  CREATE TABLE data_set (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- a project has one data set
    folder TEXT NOT NULL,
    manifest TEXT -- JSON of the comparison with the published manifest
  ) STRICT;

  CREATE TABLE known_file ( -- what was learned of each file, so that indexing again decodes only what changed
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL, -- bytes
    mtime_ms REAL NOT NULL,
    ino REAL NOT NULL, -- beyond 2^53 on some file systems, and only compared
    inspection TEXT NOT NULL -- JSON
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    subtype TEXT NOT NULL,
    magnification REAL NOT NULL,
    slide TEXT NOT NULL,
    "case" TEXT NOT NULL,
    width INTEGER NOT NULL, -- pixels
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    pixel_sha256 TEXT NOT NULL,
    file_sha256 TEXT
  ) STRICT;
  CREATE INDEX image_by_kind ON image (magnification, label, subtype);
  CREATE INDEX image_by_case ON image ("case", slide);

  CREATE TABLE problem (
    position INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    path TEXT NOT NULL,
    message TEXT NOT NULL,
    related TEXT -- JSON array of paths
  ) STRICT;
  `,
  // 2: files are told apart by their time of change too, and looked at anew; the table and whether the tissue is synthetic
  `
  DROP TABLE known_file;
  CREATE TABLE known_file (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL, -- bytes
    mtime_ms REAL NOT NULL,
    ctime_ms REAL NOT NULL,
    ino REAL NOT NULL,
    inspection TEXT NOT NULL -- JSON
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE data_set ADD COLUMN csv TEXT; -- absolute path of the table that describes the images
  ALTER TABLE data_set ADD COLUMN synthetic INTEGER; -- 1 for demo tissue; null in an index of an older version
  `,
];
