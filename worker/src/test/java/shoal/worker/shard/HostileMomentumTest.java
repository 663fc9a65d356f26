package shoal.worker.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import shoal.model.GptConfig;
import shoal.model.ParameterTable;
import shoal.plan.shard.RankMap;
import shoal.plan.shard.ShardMap;
import shoal.plan.step.ReductionTree.Node;
import shoal.worker.exchange.Kind;
import shoal.worker.exchange.RangeHeader;
import shoal.worker.exchange.Receiver;
import shoal.worker.exchange.Trouble;

/** Packed momentum of which a peer says what it must not say; random, seed 22. */
final class HostileMomentumTest {
    private static final int CASES = 20_000;
    private static final int STEP = 3;
    private static final RankMap RANKS = new RankMap(5, 3);
    private static final ParameterTable TABLE =
            ParameterTable.of(new GptConfig(300, 64, 64, 1, 2, 256, 2, 0, 1e-5, 0.02, 0, 0, 0));
    private static final ShardMap MAP = ShardMap.of(TABLE, RANKS.workers());

    /** Worker 1 of three. */
    private final Member member = new Member(1, TABLE, MAP, 0, Optional.of(RANKS));

    private final MomentumReceiver receiver = new MomentumReceiver(member, RANKS, new Nobody());

    /** A header and who sends it. */
    private record Sent(int from, RangeHeader header) {}

    @Test
    void what_is_no_part_of_a_step_is_refused_and_every_part_of_it_is_not() {
        List<Sent> sound = sound();
        Set<Sent> known = new HashSet<>(sound);
        SplittableRandom random = new SplittableRandom(22);
        int refused = 0;
        assertThat(sound).allMatch(this::isTaken);
        for (int one = 0; one < CASES; one++) {
            Optional<Sent> changed = changed(sound.get(random.nextInt(sound.size())), random);
            if (changed.isPresent()) {
                assertThat(isTaken(changed.get()))
                        .as("case %d: %s", one, changed.get())
                        .isEqualTo(known.contains(changed.get()));
            }
            refused += changed.filter(this::isTaken).isEmpty() ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(CASES / 2);
    }

    private boolean isTaken(Sent sent) {
        return receiver.refusal(sent.from(), sent.header()).isEmpty();
    }

    /** What both other workers send in a step. */
    private List<Sent> sound() {
        List<Sent> all = new ArrayList<>();
        for (int from : List.of(0, 2)) {
            for (int unit = 0; unit < TABLE.units().size(); unit++) {
                for (PackedBlocks own : PackedBlocks.of(MAP.range(unit, member.index()))) {
                    for (int rank : RANKS.of(from)) {
                        all.add(new Sent(from, own.header(STEP, Optional.of(rank))));
                    }
                }
                for (PackedBlocks mean : PackedBlocks.of(MAP.range(unit, from))) {
                    all.add(new Sent(from, mean.header(STEP, Optional.empty())));
                }
            }
        }
        return all;
    }

    /** With another value in one place; empty where that is no header at all. */
    private static Optional<Sent> changed(Sent sent, SplittableRandom random) {
        RangeHeader was = sent.header();
        int place = random.nextInt(6);
        long offset = place == 0 ? random.nextLong(1L << 40) : was.offsetElements();
        long block = place == 1 ? 4_096L * random.nextInt(20) : offset;
        int elements = place == 2 ? random.nextInt(1 << 20) : was.elements();
        int unit = place == 3 ? random.nextInt(8) : was.unit();
        int from = place == 4 ? 2 - sent.from() : sent.from();
        try {
            Optional<Node> node = place == 5 ? Optional.of(node(random)) : was.node();
            Kind kind = node.isPresent() ? Kind.MOMENTUM_BITS : Kind.MEAN_BITS;
            return Optional.of(
                    new Sent(
                            from,
                            new RangeHeader(
                                    kind, was.step(), was.version(), unit, block, elements, node)));
        } catch (IllegalArgumentException refusedAsHeader) {
            return Optional.empty();
        }
    }

    private static Node node(SplittableRandom random) {
        int rank = random.nextInt(8);
        return new Node(rank, rank + 1 + random.nextInt(2));
    }

    /** Takes nothing. */
    private static final class Nobody implements Receiver {
        @Override
        public Optional<String> refusal(int from, RangeHeader range) {
            return Optional.of("nothing else is expected");
        }

        @Override
        public Answer arrived(int from, RangeHeader range, ByteBuffer values) {
            throw new AssertionError(range + " arrived");
        }

        @Override
        public void trouble(Trouble trouble) {
            throw new AssertionError(trouble.toString());
        }
    }
}
