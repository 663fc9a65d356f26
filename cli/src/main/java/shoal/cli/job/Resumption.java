package shoal.cli.job;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shoal.cli.client.JobFile;
import shoal.model.checkpoint.Checkpoint;
import shoal.model.checkpoint.RunPosition;
import shoal.model.checkpoint.TrainerState;
import shoal.plan.scale.LossScale;
import shoal.plan.scale.Skips;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.ResumePoint;
import shoal.recipe.Cadence;
import shoal.recipe.Recipe;
import shoal.recipe.UserException;
import shoal.recipe.json.JsonNumber;
import shoal.recipe.json.JsonObject;

/**
 * A checked checkpoint that a run goes on from.
 *
 * @param checkpoint opened, every byte verified
 * @param notices differences that the user should know of
 */
public record Resumption(Checkpoint checkpoint, List<String> notices) {
    private static final Pattern NAME = Pattern.compile(".*checkpoint-([0-9]{1,9})/*");

    /** JSON's integers: HF writes a float with a point or an exponent. */
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]+");

    public Resumption {
        requireNonNull(checkpoint, "checkpoint");
        notices = List.copyOf(notices);
    }

    /** Where the run goes on, in words. */
    String banner() {
        return "resumes: after step "
                + checkpoint.position().step()
                + ", "
                + checkpoint.shownName();
    }

    /** The files of its folder. */
    List<JobFile> files() {
        List<JobFile> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(checkpoint.folder())) {
            all.filter(Files::isRegularFile)
                    .sorted()
                    .forEach(
                            file ->
                                    files.add(
                                            new JobFile(
                                                    Artefact.Role.CHECKPOINT_FILE,
                                                    file.getFileName().toString(),
                                                    file)));
        } catch (IOException e) {
            throw new UserException(checkpoint.shownName(), "cannot be read: " + e);
        }
        return files;
    }

    /** What a coordinator has to know of it. */
    public ResumePoint point(Recipe recipe) {
        RunPosition position = checkpoint.position();
        RunPosition.Losses losses = position.losses();
        TrainerState state = checkpoint.trainerState();
        ResumePoint.Builder point =
                ResumePoint.newBuilder()
                        .setStep(position.step())
                        .setLoggedStep(losses.loggedStep())
                        .setLossSinceLogged(losses.sinceLogged())
                        .setLossUntilLogged(losses.untilLogged())
                        .setLearningRate(losses.learningRate())
                        .setFlos(state.totalFlops());
        losses.gradientNorm().ifPresent(point::setGradientNorm);
        scaling(recipe)
                .ifPresent(
                        scaling ->
                                point.setSkipped(scaling.skipped())
                                        .setLossScale(scaling.scale().scale())
                                        .setGoodSteps(scaling.scale().goodSteps())
                                        .setHysteresis(scaling.scale().hysteresis()));
        state.logHistory().forEach(row -> point.addHistory(row(row)));
        state.bestMetric().ifPresent(point::setBestMetric);
        point.setBestStep(bestStep(recipe)).setBestCheckpoint(bestCheckpoint(recipe));
        state.control().earlyStopping().ifPresent(each -> point.setMisses(each.counter()));
        boolean ends = state.control().stop() && position.step() < state.maxSteps();
        return point.setStopped(ends && recipe.selection().stopsEarly()).build();
    }

    /** What a checkpoint of HF's does not say begins anew. */
    private Optional<Skips> scaling(Recipe recipe) {
        if (!recipe.precision().skips()) {
            return Optional.empty();
        }
        RunPosition.Scaling known = checkpoint.position().scaling();
        return Optional.of(
                checkpoint.recipe().isPresent()
                        ? new Skips(
                                new LossScale(
                                        known.lossScale(), known.goodSteps(), known.hysteresis()),
                                known.skipped())
                        : Skips.first(recipe.precision().scaling()));
    }

    /** With save_strategy "best" HF does not note the step: it is that of the checkpoint. */
    private int bestStep(Recipe recipe) {
        return savesBest(recipe)
                ? checkpoint.position().step()
                : checkpoint.trainerState().bestStep().orElse(0);
    }

    /** The step of the checkpoint that holds the best model so far; 0 = none. */
    int bestCheckpoint(Recipe recipe) {
        if (savesBest(recipe)) {
            return checkpoint.position().step();
        }
        return checkpoint.trainerState().bestCheckpoint().map(Resumption::step).orElse(0);
    }

    private static int step(String folder) {
        Matcher name = NAME.matcher(folder);
        return name.matches() ? Integer.parseInt(name.group(1)) : 0;
    }

    private static boolean savesBest(Recipe recipe) {
        return recipe.saving().strategy() == Cadence.Strategy.BEST;
    }

    private static LogRow row(JsonObject json) {
        LogRow.Builder row = LogRow.newBuilder();
        json.members()
                .forEach(
                        (name, value) -> {
                            if (value instanceof JsonNumber number) {
                                boolean whole = WHOLE.matcher(number.literal()).matches();
                                row.addValues(
                                        LogValue.newBuilder()
                                                .setName(name)
                                                .setNumber(number.decimal())
                                                .setIsInteger(whole));
                            }
                        });
        return row.build();
    }
}
