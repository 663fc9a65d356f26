package shoal.coordinator.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import shoal.coordinator.core.Course;
import shoal.coordinator.core.Ledger;
import shoal.coordinator.core.RunSpec;

/** Writes what a checkpoint or an output folder says besides its state, to nowhere. */
public final class WrittenTexts {
    /** Rows of a table of learning rates that a test writes. */
    private static final int MOST_STEPS = 10_000;

    private WrittenTexts() {}

    public static void of(RunSpec spec, Course course, Ledger ledger, boolean saves) {
        TrainingTexts texts = new TrainingTexts(spec, course, ledger);
        assertThat(texts.trainerState(saves).json()).isNotNull();
        assertThat(texts.position()).isNotNull();
        assertThat(texts.facts()).isNotNull();
        assertThat(texts.modelCard().markdown()).isNotNull();
        if (course.recipe().monitor().writesCsv() && ledger.step() < MOST_STEPS) {
            assertThat(new LearningRateTable(course, ledger.step()).csv()).isNotNull();
        }
    }
}
