/**
 * What survives kill -9: one SQLite file in WAL mode with {@code synchronous=FULL}, written through
 * one connection.
 *
 * <p>A decision's entries are one transaction, so a step costs one durable write. {@code
 * schema-N.sql} beside this package is the document of the tables; {@code PRAGMA user_version}
 * counts the scripts that were applied.
 *
 * <p>Knows the core's entries and how to write them as rows, nothing of why they were made.
 */
@NullMarked
package shoal.coordinator.store;

import org.jspecify.annotations.NullMarked;
