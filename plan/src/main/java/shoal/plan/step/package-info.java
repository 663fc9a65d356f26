/** Which rows a step reads and how they are dealt to the leaves of the reduction tree. */
@NullMarked
package shoal.plan.step;

import org.jspecify.annotations.NullMarked;
