package shoal.recipe;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong with what the user gave, reported at once. */
public final class UserException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public UserException(List<Problem> problems) {
        super(lines(problems));
        this.problems = List.copyOf(problems);
    }

    public UserException(String where, String what) {
        this(List.of(new Problem(where, what)));
    }

    /** At least one problem, in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }

    private static String lines(List<Problem> problems) {
        requireNonNull(problems, "problems");
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a UserException needs at least one problem");
        }
        return problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }
}
