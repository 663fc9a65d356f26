/** The house rules that a machine can check: import fences and tidiness (style rules 1-11, 18). */
@NullMarked
package shoal.testkit.house;

import org.jspecify.annotations.NullMarked;
