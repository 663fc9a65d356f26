package shoal.engine.djl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.TearDown;
import shoal.engine.Holding;
import shoal.engine.Update;
import shoal.recipe.OptimizerRecipe;
import shoal.recipe.UpdateRule;

/** Both passes of Lamb over a layer, range by range as lanes take them, per element. */
public class LambBench extends LaneBench {
    private static final UpdateRule.Lamb RULE = new UpdateRule.Lamb(true, 10, 0.01, false);
    private static final OptimizerRecipe RECIPE = Fixtures.ADAMW.decayingAll().with(RULE);

    private final DjlEngine engine = DjlEngine.open(config(1), Fixtures.recipe(1, 0, RECIPE), 1);
    private final Lamb optimizer = new Lamb(RECIPE, RULE);
    private final UnitBuffer gradient = gradient(engine.parts().kernel(), 1);
    private final List<UpdateRange> ranges =
            optimizer.ranges(layerUnit(), Holding.whole(layerUnit()));
    private final int tensors = engine.table().parameters().size();
    private final List<Float> ratios = new ArrayList<>(Collections.nCopies(tensors, 1f));
    private int step;

    @Benchmark
    @OperationsPerInvocation(LAYER_ELEMENTS)
    public Object measure() {
        Measuring measuring = new Measuring(tensors, 1, 0.5);
        for (UpdateRange range : ranges) {
            optimizer.measure(engine.parts().model(), gradient.flat().tensor(), range, measuring);
        }
        return measuring.result(engine.parts().model(), false);
    }

    @Benchmark
    @OperationsPerInvocation(LAYER_ELEMENTS)
    public void update() {
        Update update = new Update(++step, 0.5, RECIPE.learningRate(), ratios);
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
