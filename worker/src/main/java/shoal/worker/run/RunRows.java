package shoal.worker.run;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shoal.model.dataset.DataSet;
import shoal.proto.v1.Artefact;
import shoal.recipe.Problem;
import shoal.recipe.UserException;
import shoal.worker.artefact.RunFolder;

/**
 * The rows of a run's files.
 *
 * @param evaluation empty without an evaluation file
 */
record RunRows(DataSet train, Optional<DataSet> evaluation) {
    RunRows {
        requireNonNull(train, "train");
        requireNonNull(evaluation, "evaluation");
    }

    /** Reads both files, and reports the problems of both. */
    static RunRows read(RunFolder folder, List<Artefact> artefacts) throws IOException {
        List<Path> train = folder.files(Artefact.Role.TRAIN_ROWS, artefacts);
        List<Path> evaluation = folder.files(Artefact.Role.EVALUATION_ROWS, artefacts);
        if (train.size() != 1 || evaluation.size() > 1) {
            throw new IOException(
                    "the run has "
                            + train.size()
                            + " training files and "
                            + evaluation.size()
                            + " evaluation files; expected 1 and at most 1");
        }
        List<Problem> problems = new ArrayList<>();
        Optional<DataSet> trainRows = read(train.get(0), problems);
        Optional<DataSet> evaluationRows =
                evaluation.isEmpty() ? Optional.empty() : read(evaluation.get(0), problems);
        if (!problems.isEmpty()) {
            throw new UserException(problems);
        }
        return new RunRows(trainRows.orElseThrow(), evaluationRows);
    }

    /** Checks every label against the head. */
    void requireLabelsBelow(int classes) {
        List<Problem> problems = new ArrayList<>();
        check(train, classes, problems);
        evaluation.ifPresent(data -> check(data, classes, problems));
        if (!problems.isEmpty()) {
            throw new UserException(problems);
        }
    }

    /** What the user should know of how the files were read. */
    List<String> notices() {
        List<String> notices = new ArrayList<>();
        train.notice().ifPresent(notices::add);
        evaluation.flatMap(DataSet::notice).ifPresent(notices::add);
        return notices;
    }

    private static Optional<DataSet> read(Path file, List<Problem> problems) {
        try {
            return Optional.of(DataSet.read(file, file.getFileName().toString()));
        } catch (UserException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }

    private static void check(DataSet data, int classes, List<Problem> problems) {
        try {
            data.requireLabelsBelow(classes, "the model");
        } catch (UserException e) {
            problems.addAll(e.problems());
        }
    }
}
