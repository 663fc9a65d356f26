package shoal.worker.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static shoal.recipe.ZeroRecipe.Offload.DEVICE;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shoal.engine.ShardedEngine;
import shoal.engine.djl.DjlEngine;
import shoal.model.ParameterTable;
import shoal.model.dataset.TokenTable;
import shoal.plan.shard.ShardMap;
import shoal.plan.step.EvaluationDeal;
import shoal.plan.step.ReductionTree.Node;
import shoal.plan.step.TrainingPlan;
import shoal.recipe.Recipe;
import shoal.recipe.ZeroRecipe;
import shoal.worker.Rows;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.PeerLostException;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;
import shoal.worker.step.StepLoop;
import shoal.worker.stop.StopSignal;

/** A worker whose only peer sends nothing any more. */
@Timeout(120)
final class LostPeerTest {
    private static final TokenTable ROWS = Rows.table(64);

    private final StopSignal stop = new StopSignal();
    private final List<Receiver> receiver = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void what_was_lost_before_its_step_was_opened_ends_the_wait_for_it(int stage) {
        RangeHeader early =
                new RangeHeader(Kind.EMBEDDING_ROWS, 1, 0, 0, 0, 1, Optional.of(new Node(0, 1)));
        try (ShardedEngine engine = engine(stage);
                Together together = together(stage, engine, new SilentPeer(true))) {
            StepLoop loop = new StepLoop(plan(stage), ROWS, 2, together, 1);

            receiver.get(0).trouble(new Trouble.Refused(1, early, "no such node"));

            assertThatThrownBy(() -> loop.reduce(1, 1))
                    .isInstanceOf(PeerLostException.class)
                    .hasMessageContaining("no such node");
        }
    }

    @Test
    void nobody_reads_what_is_sent_once_it_is_closed() throws Exception {
        SilentPeer peer = new SilentPeer(false);
        try (ShardedEngine engine = engine(3)) {
            try (Together together = together(3, engine, peer)) {
                together.evaluate(0, EvaluationDeal.of(ROWS.rows(), 16, 2), 16);
                peer.awaitSender();
            }

            assertThat(peer.reading()).isZero();
        }
    }

    private Together together(int stage, ShardedEngine engine, SilentPeer peer) {
        return Together.join(
                member(stage),
                engine,
                owner -> {
                    receiver.add(owner);
                    return peer;
                },
                stop,
                0);
    }

    private static ShardedEngine engine(int stage) {
        return DjlEngine.open(Rows.modelConfig(), recipe(stage), 1, member(stage).holding());
    }

    private static Member member(int stage) {
        ParameterTable table = ParameterTable.of(Rows.modelConfig());
        return new Member(0, table, ShardMap.of(table, 2), stage);
    }

    private static TrainingPlan plan(int stage) {
        return TrainingPlan.of(recipe(stage), ROWS.rows());
    }

    private static Recipe recipe(int stage) {
        return TogetherTest.recipe(new ZeroRecipe(stage, DEVICE, DEVICE), TogetherTest.ADAMW);
    }
}
