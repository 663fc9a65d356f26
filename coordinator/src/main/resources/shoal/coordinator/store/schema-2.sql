-- hello is what the worker said when it joined, a shoal.v1.Hello; NULL in stores of schema 1.
-- ranks are not used any more: a member computes what its place says.
ALTER TABLE crew ADD COLUMN hello BLOB;
