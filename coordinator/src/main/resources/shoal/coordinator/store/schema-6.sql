-- Requests that changed something, each with a client's random id, and what they were told: sent
-- again after an answer that was lost, they are told the same.
CREATE TABLE request (
    id             TEXT PRIMARY KEY,
    content_sha256 TEXT NOT NULL,
    answer         TEXT NOT NULL,
    run            TEXT NOT NULL REFERENCES run (name)
) WITHOUT ROWID;
