/**
 * What a Python with Hugging Face transformers makes of Shoal's results. Its tests are skipped, and
 * say so, where there is none; {@code bench/peer.sh} makes one. Read {@link
 * shoal.testkit.peer.HuggingFaceLoadTest} next.
 */
@NullMarked
package shoal.testkit.peer;

import org.jspecify.annotations.NullMarked;
