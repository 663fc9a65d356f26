-- HF's estimate of a step's floating point operations; 0 in steps of older stores.
ALTER TABLE step_commit ADD COLUMN flos INTEGER NOT NULL DEFAULT 0;
