/** Tests of the launcher script in a project folder of stand-ins: no build, no real JVM. */
@NullMarked
package shoal.cli.launcher;

import org.jspecify.annotations.NullMarked;
