-- What a coordinator knows after kill -9. Times are milliseconds since 1970.
-- Statements end in a semicolon at the end of a line.

-- Secrets are not here: a fingerprint is the SHA-256 of a token's text.
CREATE TABLE token (
    fingerprint TEXT PRIMARY KEY,
    scope       TEXT NOT NULL
) WITHOUT ROWID;

-- Files in DIR/artefacts that are complete.
CREATE TABLE artefact (
    sha256     TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL
) WITHOUT ROWID;

-- submission is a shoal.v1.SubmitRequest. The columns from ended_millis on are set when it ends.
CREATE TABLE run (
    name             TEXT PRIMARY KEY,
    position         INTEGER NOT NULL UNIQUE,
    submitted_millis INTEGER NOT NULL,
    submission       BLOB NOT NULL,
    ended_millis     INTEGER,
    status           TEXT,
    reason           TEXT,
    step             INTEGER,
    steps            INTEGER,
    workers          TEXT
) WITHOUT ROWID;

-- A run's membership. loaded_millis and what follows are set once its files are loaded.
CREATE TABLE generation (
    run             TEXT NOT NULL REFERENCES run (name),
    generation      INTEGER NOT NULL,
    started_millis  INTEGER NOT NULL,
    loaded_millis   INTEGER,
    train_rows      INTEGER,
    evaluation_rows INTEGER,
    labels          INTEGER,
    parameters      INTEGER,
    trained_millis  INTEGER,
    ended_reason    TEXT,
    PRIMARY KEY (run, generation)
) WITHOUT ROWID;

-- ranks are decimal, separated by commas.
CREATE TABLE crew (
    run         TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    place       INTEGER NOT NULL,
    worker      TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    ranks       TEXT NOT NULL,
    PRIMARY KEY (run, generation, place),
    FOREIGN KEY (run, generation) REFERENCES generation (run, generation)
) WITHOUT ROWID;

-- One row per step: the durable decision that it counts.
CREATE TABLE step_commit (
    run              TEXT NOT NULL,
    generation       INTEGER NOT NULL,
    step             INTEGER NOT NULL,
    clip             REAL NOT NULL,
    learning_rate    REAL NOT NULL,
    loss             REAL NOT NULL,
    norm             REAL NOT NULL,
    tokens           INTEGER NOT NULL,
    committed_millis INTEGER NOT NULL,
    PRIMARY KEY (run, generation, step),
    FOREIGN KEY (run, generation) REFERENCES generation (run, generation)
) WITHOUT ROWID;

-- A loss that is not a number is NULL.
CREATE TABLE evaluation (
    run         TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    step        INTEGER NOT NULL,
    rows        INTEGER NOT NULL,
    loss        REAL,
    accuracy    REAL NOT NULL,
    precision   REAL NOT NULL,
    recall      REAL NOT NULL,
    f1          REAL NOT NULL,
    seconds     REAL NOT NULL,
    PRIMARY KEY (run, generation, step),
    FOREIGN KEY (run, generation) REFERENCES generation (run, generation)
) WITHOUT ROWID;

-- message is a shoal.v1.RunEvent.
CREATE TABLE event (
    run         TEXT NOT NULL REFERENCES run (name),
    sequence    INTEGER NOT NULL,
    time_millis INTEGER NOT NULL,
    message     BLOB NOT NULL,
    PRIMARY KEY (run, sequence)
) WITHOUT ROWID;
