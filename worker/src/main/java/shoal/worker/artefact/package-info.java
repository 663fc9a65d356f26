/**
 * Files of runs by content: fetched once, checked, kept up to a bound, laid out as a run needs
 * them.
 *
 * <p>A kept file is {@code WORKDIR/artefacts/SHA256} (64 hex digits); one that is being fetched has
 * {@code .part} behind its name. Knows no session and no engine. Read next: {@link
 * shoal.worker.artefact.ArtefactCache}.
 */
@NullMarked
package shoal.worker.artefact;

import org.jspecify.annotations.NullMarked;
