package shoal.engine.djl;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.TearDown;
import shoal.engine.Holding;
import shoal.engine.Update;

/** The update of a layer, range by range as lanes take them, per element. */
public class AdamWBench extends LaneBench {
    private final DjlEngine engine =
            DjlEngine.open(config(1), Fixtures.recipe(1, 0, Fixtures.ADAMW), 1);
    private final AdamW optimizer = new AdamW(engine.parts().kernel(), Fixtures.ADAMW, "adamw");
    private final UnitBuffer gradient = gradient(engine.parts().kernel(), 1);
    private final List<UpdateRange> ranges =
            optimizer.ranges(layerUnit(), Holding.whole(layerUnit()));
    private int step;

    @Benchmark
    @OperationsPerInvocation(LAYER_ELEMENTS)
    public void update() {
        Update update = new Update(++step, 0.5, Fixtures.ADAMW.learningRate());
        for (UpdateRange range : ranges) {
            optimizer.update(engine.parts().model(), gradient.flat().tensor(), range, update);
        }
    }

    @TearDown
    public void close() {
        gradient.close();
        engine.close();
    }
}
