/** Tests of the verbs: each against a scripted coordinator, down to exit codes and messages. */
@NullMarked
package shoal.cli;

import org.jspecify.annotations.NullMarked;
