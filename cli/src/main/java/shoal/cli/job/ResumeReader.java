package shoal.cli.job;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import shoal.cli.client.JobFile;
import shoal.cli.client.LocalFile;
import shoal.model.StateKind;
import shoal.model.checkpoint.Checkpoint;
import shoal.model.checkpoint.Checkpoints;
import shoal.model.checkpoint.ResumeCheck;
import shoal.model.checkpoint.RunFacts;
import shoal.plan.step.TrainingPlan;
import shoal.proto.v1.Artefact;
import shoal.recipe.Problem;
import shoal.recipe.Problems;
import shoal.recipe.UserException;
import shoal.recipe.request.RunInputs;

/** Finds the checkpoint that a run goes on from, and checks that it is one of this run. */
final class ResumeReader {
    private static final String FLAG = "--resume_from_checkpoint";

    private final Path workingDirectory;

    ResumeReader(Path workingDirectory) {
        this.workingDirectory = requireNonNull(workingDirectory, "workingDirectory");
    }

    /**
     * Opens, verifies and compares.
     *
     * @throws UserException with every difference, or with what is wrong with the folder
     */
    Resumption read(String typed, Job job) {
        List<String> notices = new ArrayList<>();
        Checkpoint checkpoint =
                typed.equals(RunInputs.NEWEST)
                        ? newest(job.recipe().outputDirectory(), notices)
                        : given(typed);
        requireOptimizer(checkpoint);
        Problems problems = new Problems();
        ResumeCheck check = ResumeCheck.of(checkpoint, job.recipe(), facts(job), job.model());
        for (Problem problem : check.problems()) {
            problems.add(problem.where(), problem.what());
        }
        int steps = TrainingPlan.of(job.recipe(), job.train().rows().size()).steps();
        if (checkpoint.position().step() > steps) {
            problems.add(
                    checkpoint.shownName(),
                    "is of step "
                            + checkpoint.position().step()
                            + ", but the run has "
                            + steps
                            + " steps. Give it more, or start from an earlier checkpoint");
        }
        problems.throwIfAny();
        notices.addAll(checkpoint.notices());
        notices.addAll(check.notices());
        Resumption resumption = new Resumption(checkpoint, notices);
        requireBest(resumption, job);
        return resumption;
    }

    private static void requireOptimizer(Checkpoint checkpoint) {
        if (checkpoint.kinds().equals(List.of(StateKind.PARAMETER))) {
            throw new UserException(
                    checkpoint.shownName(),
                    "was saved with save_only_model: it has no optimizer to go on with. Begin anew"
                            + " from its weights with --pretrained_model_name_or_path "
                            + checkpoint.shownName()
                            + ", or go on from a checkpoint that was saved without that");
        }
    }

    private Checkpoint given(String typed) {
        Checkpoint checkpoint = Checkpoint.open(workingDirectory.resolve(typed), typed);
        checkpoint.verify();
        return checkpoint;
    }

    private Checkpoint newest(String outputDirectory, List<String> notices) {
        Checkpoints.Choice choice =
                Checkpoints.in(workingDirectory.resolve(outputDirectory), outputDirectory).newest();
        choice.passedOver().forEach(problem -> notices.add("passed over: " + problem));
        return choice.newest()
                .orElseThrow(
                        () ->
                                new UserException(
                                        FLAG,
                                        "is true, but "
                                                + outputDirectory
                                                + " has no checkpoint to go on from"
                                                + because(choice.passedOver())
                                                + ". Name a checkpoint folder, or leave the flag"
                                                + " out to begin anew"));
    }

    private static String because(List<Problem> passedOver) {
        return passedOver.isEmpty() ? "" : ": " + passedOver.get(0);
    }

    /** A run that ends with its best model needs the folder that holds it. */
    private void requireBest(Resumption resumption, Job job) {
        int best = resumption.bestCheckpoint(job.recipe());
        if (!job.recipe().selection().endsWithBest()
                || best == 0
                || best == resumption.checkpoint().position().step()) {
            return;
        }
        String output = job.recipe().outputDirectory();
        if (!Files.isDirectory(workingDirectory.resolve(output).resolve("checkpoint-" + best))) {
            throw new UserException(
                    FLAG,
                    "the best model so far is in checkpoint-"
                            + best
                            + ", which is not in "
                            + output
                            + ". Copy it there, go on from it, or set load_best_model_at_end to"
                            + " false");
        }
    }

    private static RunFacts facts(Job job) {
        Map<String, String> model = new TreeMap<>();
        Optional<String> train = Optional.empty();
        Optional<String> evaluation = Optional.empty();
        for (JobFile file : job.files()) {
            String hash =
                    HexFormat.of().formatHex(LocalFile.hash(file.path()).sha256().toByteArray());
            if (file.role() == Artefact.Role.TRAIN_ROWS) {
                train = Optional.of(hash);
            } else if (file.role() == Artefact.Role.EVALUATION_ROWS) {
                evaluation = Optional.of(hash);
            } else {
                model.put(file.name(), hash);
            }
        }
        return new RunFacts(
                job.train().rows().size(),
                job.evaluation().map(rows -> rows.rows().size()).orElse(0),
                job.model().config().labels(),
                train,
                evaluation,
                RunFacts.modelSha256(model));
    }
}
