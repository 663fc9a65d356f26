/** Tests of the client against a scripted coordinator on loopback. */
@NullMarked
package shoal.cli.client;

import org.jspecify.annotations.NullMarked;
