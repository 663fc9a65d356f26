/**
 * Files by content: data sets, weights and tokenizer files, stored once under their SHA-256.
 *
 * <p>Layout: {@code DIR/artefacts/ab/abcd...} for complete files, {@code DIR/artefacts/incoming/}
 * for those that are being received. A file is complete when the store says so: bytes first, fsync,
 * rename, then its row.
 */
@NullMarked
package shoal.coordinator.artefact;

import org.jspecify.annotations.NullMarked;
