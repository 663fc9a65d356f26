package shoal.testkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shoal.model.StateKind;
import shoal.model.checkpoint.Checkpoint;
import shoal.testkit.golden.GoldenFolder;
import shoal.testkit.golden.Peer;

/**
 * A run that Shoal begins, HF's Trainer goes on with from an export, and Shoal ends, is the run
 * that Shoal trains alone: parameters, moments, and what trainer_state.json counts.
 */
@Tag("slow")
final class PeerHandoverTest {
    /** 8 steps per epoch, the last one of half a batch; both hand-overs are within an epoch. */
    private static final int FIRST = 5;

    private static final int SECOND = 10;
    private static final int LAST = 16;

    /**
     * The bound of parity with HF for parameters: relative norm of the difference. Adam makes whole
     * steps of the rounding noise that HF has for a gradient where ours is zero (biases of keys).
     */
    private static final double PARAMETERS = 1e-4;

    /** The bound of parity for gradients, of which moments are sums. */
    private static final double MOMENTS = 1e-5;

    @TempDir private Path folder;

    @Test
    void a_run_goes_from_shoal_to_hf_and_back_as_if_it_had_stayed() throws Exception {
        Peer.assume();
        shoal("alone");
        done("export", "alone/checkpoint-" + FIRST, "--format", "hf-trainer", "--to", "exported");

        List<String> flags = run();
        flags.add("--resume_from_checkpoint=" + folder.resolve("exported"));
        Peer.train(folder.resolve("hf"), flags);
        assertSame("alone", "hf", SECOND);
        assertSame("alone", "hf", LAST);

        shoal("back", "--resume_from_checkpoint=hf/checkpoint-" + SECOND);
        assertSame("alone", "back", LAST);
    }

    /** Flags that both sides read. */
    private static List<String> run() {
        GoldenFolder golden = GoldenFolder.own();
        return new ArrayList<>(
                List.of(
                        "--train_file=" + golden.file("train.tsv"),
                        "--pretrained_model_name_or_path=" + golden.file("gpt2-tiny"),
                        "--max_seq_length=48",
                        "--per_device_train_batch_size=4",
                        "--gradient_accumulation_steps=2",
                        "--num_train_epochs=2",
                        "--learning_rate=0.002",
                        "--weight_decay=0.05",
                        "--warmup_steps=3",
                        "--lr_scheduler_type=cosine",
                        "--logging_steps=2",
                        "--save_strategy=steps",
                        "--save_steps=5"));
    }

    private void shoal(String output, String... more) throws Exception {
        List<String> words = run();
        words.add("--output_dir=" + output);
        words.addAll(List.of(more));
        done("train", words.toArray(new String[0]));
    }

    private void done(String verb, String... words) throws Exception {
        try (TrainProcess process = TrainProcess.start(verb, folder, List.of(words))) {
            assertThat(process.awaitEnd()).as(process.text()).isZero();
        }
    }

    private void assertSame(String one, String other, int step) {
        Checkpoint expected = open(one, step);
        Checkpoint actual = open(other, step);
        String which = other + "/checkpoint-" + step;
        for (StateKind kind : StateKind.common()) {
            assertThat(distance(kind, expected, actual))
                    .as("%s of %s", kind, which)
                    .isLessThan(kind.equals(StateKind.PARAMETER) ? PARAMETERS : MOMENTS);
        }
        assertThat(actual.trainerState().totalFlops())
                .as("total_flos of %s", which)
                .isEqualTo(expected.trainerState().totalFlops())
                .isPositive();
        assertThat(actual.position().epoch()).isEqualTo(expected.position().epoch());
        assertThat(actual.trainerState().maxSteps()).isEqualTo(LAST);
    }

    private Checkpoint open(String output, int step) {
        String name = output + "/checkpoint-" + step;
        return Checkpoint.open(folder.resolve(name), name);
    }

    /** Relative norm of the difference over all parameters. */
    private static double distance(StateKind kind, Checkpoint expected, Checkpoint actual) {
        float[] first = values(kind, expected);
        float[] second = values(kind, actual);
        assertThat(second).hasSameSizeAs(first);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < first.length; i++) {
            difference += Math.pow((double) first[i] - second[i], 2);
            norm += Math.pow(first[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    /** All values of a kind, each at its place in its unit. */
    private static float[] values(StateKind kind, Checkpoint checkpoint) {
        int elements = Math.toIntExact(checkpoint.model().table().parameterElements());
        float[] all = new float[elements];
        int[] starts = starts(checkpoint);
        checkpoint.loadInto(
                kind,
                (parameter, offset, bytes) -> {
                    ByteBuffer little = bytes.order(ByteOrder.LITTLE_ENDIAN);
                    int index = checkpoint.model().table().parameters().indexOf(parameter);
                    int at = starts[index] + Math.toIntExact(offset);
                    little.asFloatBuffer().get(all, at, little.remaining() / Float.BYTES);
                });
        return all;
    }

    private static int[] starts(Checkpoint checkpoint) {
        var parameters = checkpoint.model().table().parameters();
        int[] starts = new int[parameters.size()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + (int) parameters.get(i - 1).sizeElements();
        }
        return starts;
    }
}
