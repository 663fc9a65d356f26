package shoal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import shoal.recipe.Problem;
import shoal.recipe.UserException;

/** What a user is told of bad input. */
public final class Refused {
    private Refused() {}

    /** The problems, each as the line that is shown. */
    public static List<String> by(ThrowingCallable call) {
        UserException refused = catchThrowableOfType(UserException.class, call);
        assertThat(refused).as("nothing was refused").isNotNull();
        return refused.problems().stream().map(Problem::toString).toList();
    }
}
