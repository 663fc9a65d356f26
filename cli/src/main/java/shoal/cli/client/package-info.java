/**
 * A coordinator's services as its users need them: submit, follow, list, cancel, fetch.
 *
 * <p>Every call has a deadline; every way in which one can end becomes an {@link
 * shoal.recipe.ErrorCode} and a sentence that says what to do. Must not know of flags or terminals,
 * nor of how a coordinator works.
 *
 * <p>Read next: {@link shoal.cli.client.CoordinatorClient}.
 */
@NullMarked
package shoal.cli.client;

import org.jspecify.annotations.NullMarked;
