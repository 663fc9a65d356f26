/**
 * The worker's side of a session: one stream, heartbeats, dialling again.
 *
 * <p>Knows no run: messages about runs pass through unread. Read next: {@link
 * shoal.worker.session.Attachment}.
 */
@NullMarked
package shoal.worker.session;

import org.jspecify.annotations.NullMarked;
