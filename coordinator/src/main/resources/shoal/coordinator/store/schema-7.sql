-- Steps whose gradient was not finite: they changed no parameter.
ALTER TABLE step_commit ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
