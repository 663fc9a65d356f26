package shoal.coordinator.core;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import shoal.plan.step.TensorSquares;
import shoal.recipe.Require;

/** What a worker says about a run it serves. */
public sealed interface WorkerReport {
    /** What it speaks for. */
    Fence fence();

    /** Reads this report. */
    void accept(Handler handler);

    /** One method per report. */
    interface Handler {
        void ready(Ready report);

        void reduced(Reduced report);

        void measured(Measured report);

        void evaluated(Evaluated report);

        void uploaded(Uploaded report);

        void trouble(Trouble report);
    }

    /**
     * The run's files are loaded; also said after every redial.
     *
     * @param fence what it speaks for
     * @param position how far this worker is
     * @param facts what it found in the files
     * @param shardMap hash of who owns what
     * @param notices for the user
     */
    record Ready(
            Fence fence,
            HeldRun.Position position,
            LoadFacts facts,
            Hash shardMap,
            List<String> notices)
            implements WorkerReport {
        public Ready {
            requireNonNull(fence, "fence");
            requireNonNull(position, "position");
            requireNonNull(facts, "facts");
            requireNonNull(shardMap, "shardMap");
            notices = List.copyOf(notices);
        }

        @Override
        public void accept(Handler handler) {
            handler.ready(this);
        }
    }

    /** The gradient of a step is reduced and held: this worker's part of it. */
    record Reduced(Fence fence, int step, StepSums sums) implements WorkerReport {
        public Reduced {
            requireNonNull(fence, "fence");
            Require.atLeast("step", step, 1);
            requireNonNull(sums, "sums");
        }

        @Override
        public void accept(Handler handler) {
            handler.reduced(this);
        }
    }

    /**
     * What the update of a step would do, as far as this worker owns it.
     *
     * @param squares as {@link TensorSquares#toBytes} has them
     * @param largest OneBitLamb's ratio of denominators in each tensor; else empty
     * @param nonFinite the first of its blocks whose direction is not finite
     */
    @SuppressWarnings("ArrayRecordComponent") // made once per message, never changed
    record Measured(
            Fence fence,
            int step,
            byte[] squares,
            List<Float> largest,
            Optional<StepSums.BlockPlace> nonFinite)
            implements WorkerReport {
        public Measured {
            requireNonNull(fence, "fence");
            Require.atLeast("step", step, 1);
            if (squares.length > 0) {
                TensorSquares.fromBytes(squares); // refuses what is none
            }
            for (float ratio : largest) {
                Require.range("largest", ratio, 0, Float.MAX_VALUE);
            }
            largest = List.copyOf(largest);
            requireNonNull(nonFinite, "nonFinite");
        }

        @Override
        public void accept(Handler handler) {
            handler.measured(this);
        }
    }

    /** Results of consecutive evaluation rows. */
    record Evaluated(Fence fence, int step, EvaluationPart part, Optional<Double> secondsAtLast)
            implements WorkerReport {
        public Evaluated {
            requireNonNull(fence, "fence");
            Require.atLeast("step", step, 0);
            requireNonNull(part, "part");
            requireNonNull(secondsAtLast, "secondsAtLast");
        }

        @Override
        public void accept(Handler handler) {
            handler.evaluated(this);
        }
    }

    /** All that this worker owns of the step's parameters was sent and received. */
    record Uploaded(Fence fence, int step, long peakResidentBytes) implements WorkerReport {
        public Uploaded {
            requireNonNull(fence, "fence");
            Require.atLeast("step", step, 0);
            Require.atLeast("peakResidentBytes", peakResidentBytes, 0);
        }

        @Override
        public void accept(Handler handler) {
            handler.uploaded(this);
        }
    }

    /**
     * The worker cannot go on with this run.
     *
     * @param userError whether the run's files are at fault
     * @param lostPeer the index of a member that it does not hear of any more, if that is all
     */
    record Trouble(Fence fence, boolean userError, OptionalInt lostPeer, List<String> problems)
            implements WorkerReport {
        public Trouble {
            requireNonNull(fence, "fence");
            requireNonNull(lostPeer, "lostPeer");
            problems = List.copyOf(problems);
        }

        @Override
        public void accept(Handler handler) {
            handler.trouble(this);
        }
    }
}
