package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineResults;
import io.fastweights.kernels.engine.EngineScript;
import io.fastweights.kernels.engine.EngineScript.Event;
import io.fastweights.kernels.model.Model;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A few events of two keys, observed and asked, some of memories that fade, in two batches; then a
 * replay of the first key's log.
 */
final class SelfCheckScript {
  /** Two keys' memories and a replayed one. */
  static final int SLOTS = 3;

  private static final int REPLAYED = 2;
  private static final List<Integer> BATCHES = List.of(5, 3);

  private final Model model;
  private final SplittableRandom random = new SplittableRandom(2);
  private final EngineScript script;

  SelfCheckScript(Model model) {
    this.model = model;
    script =
        new EngineScript(
            model,
            List.of(
                event(0, true, 1),
                event(0, false, 1),
                event(0, true, 0.5f),
                event(1, true, 1),
                event(1, false, 0.25f),
                event(1, true, 1),
                event(0, false, 1),
                event(0, true, 1)),
            2);
  }

  private Event event(int key, boolean observe, float fade) {
    float[] input = values(model.inputDim());
    float[] target = values(model.targetDim());
    return new Event(key, input, target, observe, model.forgets() ? 1 : fade);
  }

  /** A fifth is 0, like features that an event lacks. */
  private float[] values(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(5) == 0 ? 0 : (float) (4 * random.nextDouble() - 2);
    }
    return values;
  }

  /** The first bits in which an engine differs from another, in words; null if none. */
  String difference(Engine expected, Engine actual) {
    EngineResults results = script.run(expected, BATCHES);
    String difference = results.difference(script.run(actual, BATCHES), 0);
    if (difference == null) {
      String replayed =
          EngineResults.difference(replay(expected, results), replay(actual, results), 0);
      return replayed == null ? null : "replayed memory" + replayed;
    }
    return difference;
  }

  private float[] replay(Engine engine, EngineResults results) {
    engine.pool().zero(REPLAYED);
    script.log(results, 0, !model.replaysDeltas()).forEach(one -> engine.replay(REPLAYED, one));
    float[] memory = new float[model.memory().floats()];
    engine.pool().read(REPLAYED, memory, 0);
    return memory;
  }
}
