/**
 * What HF computed, against plan, model and engine together: the arithmetic of whole runs, in one
 * process and without a coordinator. The project's own cases are in {@code
 * src/test/resources/golden}, larger ones may lie beside the project. Must not know coordinator,
 * worker or command line. Read {@link shoal.testkit.golden.GoldenCurve} next.
 */
@NullMarked
package shoal.testkit.golden;

import org.jspecify.annotations.NullMarked;
