/** Tests of the library, on copies of the bundled model. */
@NullMarked
package shoal.classifier;

import org.jspecify.annotations.NullMarked;
