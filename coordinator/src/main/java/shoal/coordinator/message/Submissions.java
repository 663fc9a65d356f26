package shoal.coordinator.message;

import java.util.OptionalDouble;
import shoal.coordinator.core.ResumePoint;
import shoal.coordinator.core.RunSpec;
import shoal.plan.log.Selection;
import shoal.plan.log.TrainingLog;
import shoal.plan.scale.LossScale;
import shoal.plan.scale.Skips;
import shoal.proto.v1.SubmitRequest;

/** Writes submissions, and reads and writes where they go on. */
public final class Submissions {
    private Submissions() {}

    /** What was submitted, as it is stored. */
    public static SubmitRequest message(RunSpec spec) {
        SubmitRequest.Builder request =
                SubmitRequest.newBuilder()
                        .setName(spec.name().text())
                        .setRecipeJson(spec.submission().recipeJson())
                        .setDemand(Demands.message(spec.submission().demand()));
        spec.artefacts().stream().map(ArtefactMessages::message).forEach(request::addArtefacts);
        spec.submission().resume().ifPresent(point -> request.setResume(message(point)));
        return request.build();
    }

    /**
     * Reads where a run goes on.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static ResumePoint resumePoint(shoal.proto.v1.ResumePoint message) {
        if (message.getStep() < 1) {
            throw new IllegalArgumentException(
                    "resume.step is " + message.getStep() + ", expected at least 1");
        }
        return new ResumePoint(
                skips(message),
                new TrainingLog(
                        message.getStep(),
                        message.getLoggedStep(),
                        message.getLossSinceLogged(),
                        message.getLossUntilLogged(),
                        message.hasGradientNorm()
                                ? OptionalDouble.of(message.getGradientNorm())
                                : OptionalDouble.empty(),
                        message.getLearningRate(),
                        message.getFlos()),
                message.getHistoryList().stream().map(LogRows::row).toList(),
                new Selection(
                        message.hasBestMetric()
                                ? OptionalDouble.of(message.getBestMetric())
                                : OptionalDouble.empty(),
                        message.getBestStep(),
                        message.getBestCheckpoint(),
                        message.getMisses(),
                        message.getStopped()));
    }

    private static Skips skips(shoal.proto.v1.ResumePoint message) {
        return message.hasLossScale()
                ? new Skips(
                        new LossScale(
                                message.getLossScale(),
                                message.getGoodSteps(),
                                message.getHysteresis()),
                        message.getSkipped())
                : Skips.none();
    }

    private static shoal.proto.v1.ResumePoint message(ResumePoint point) {
        TrainingLog log = point.log();
        Selection selection = point.selection();
        shoal.proto.v1.ResumePoint.Builder message =
                shoal.proto.v1.ResumePoint.newBuilder()
                        .setStep(log.step())
                        .setLoggedStep(log.loggedStep())
                        .setLossSinceLogged(log.lossSinceLogged())
                        .setLossUntilLogged(log.lossUntilLogged())
                        .setLearningRate(log.learningRate())
                        .setFlos(log.flos())
                        .setBestStep(selection.bestStep())
                        .setBestCheckpoint(selection.bestCheckpoint())
                        .setMisses(selection.misses())
                        .setStopped(selection.stopped());
        if (!point.skips().equals(Skips.none())) {
            LossScale scale = point.skips().scale();
            message.setSkipped(point.skips().skipped())
                    .setLossScale(scale.scale())
                    .setGoodSteps(scale.goodSteps())
                    .setHysteresis(scale.hysteresis());
        }
        log.gradientNorm().ifPresent(message::setGradientNorm);
        selection.bestMetric().ifPresent(message::setBestMetric);
        point.history().stream().map(LogRows::message).forEach(message::addHistory);
        return message.build();
    }
}
