-- Checkpoints that are whole and in their place. files is a shoal.v1.SubmitRequest with artefacts
-- only.
CREATE TABLE checkpoint (
    run        TEXT NOT NULL,
    generation INTEGER NOT NULL,
    step       INTEGER NOT NULL,
    files      BLOB NOT NULL,
    PRIMARY KEY (run, generation, step),
    FOREIGN KEY (run, generation) REFERENCES generation (run, generation)
) WITHOUT ROWID;
