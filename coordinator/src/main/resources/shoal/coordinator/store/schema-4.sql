-- Lamb's trust ratios, big-endian fp32 in the order of the table of parameters; empty with other
-- rules.
ALTER TABLE step_commit ADD COLUMN ratios BLOB NOT NULL DEFAULT x'';
