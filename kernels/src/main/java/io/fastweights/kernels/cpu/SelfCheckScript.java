package io.fastweights.kernels.cpu;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A few events of two keys, observed and asked, some of memories that fade, in two batches; then a
 * replay of the first key's log. Keeps everything that an engine must give the same bits of.
 */
final class SelfCheckScript {
  /** Two keys' memories and a replayed one. */
  static final int SLOTS = 3;

  private static final int EVENTS = 5;

  private final Model model;
  private final SplittableRandom random = new SplittableRandom(2);
  private final Map<String, float[]> results = new LinkedHashMap<>();
  private final List<LoggedEvents> log = new ArrayList<>();

  SelfCheckScript(Model model) {
    this.model = model;
  }

  SelfCheckScript run(Engine engine) {
    EventBatch batch = new EventBatch(model, EVENTS);
    batch.clear();
    batch.segment(0, true);
    batch.add(true);
    batch.add(false);
    batch.add(true, 0.5f);
    batch.segment(1, true);
    batch.add(true);
    batch.add(false, 0.25f);
    step(engine, batch, "first");
    batch.clear();
    batch.segment(1, false);
    batch.add(true);
    batch.segment(0, false);
    batch.add(false);
    batch.add(true);
    step(engine, batch, "second");
    engine.pool().zero(2);
    log.forEach(one -> engine.replay(2, one));
    for (int slot = 0; slot < SLOTS; slot++) {
      float[] memory = new float[model.memory().floats()];
      engine.pool().read(slot, memory, 0);
      results.put(slot == 2 ? "replayed memory" : "memory " + slot, memory);
    }
    return this;
  }

  private void step(Engine engine, EventBatch batch, String name) {
    int rows = batch.size();
    fill(batch.inputs(), rows * model.inputDim());
    fill(batch.targets(), rows * model.targetDim());
    batch.poisonResults();
    engine.step(batch);
    keep(name + " outputs", batch.outputs(), 0, rows * model.outputDim());
    keep(name + " hidden vectors", batch.hidden(), 0, rows * model.hiddenDim());
    keep(name + " recall errors", batch.recallErrors(), 0, rows);
    LogShape shape = LogShape.of(model);
    for (int segment = 0; segment < batch.segments(); segment++) {
      for (int row = batch.start(segment); row < batch.end(segment); row++) {
        if (batch.observes(row)) {
          String event = name + " event " + row;
          float[] keys = keep(event + " keys", batch.keys(), row * shape.keys(), shape.keys());
          float[] deltas =
              keep(event + " deltas", batch.deltas(), row * shape.deltas(), shape.deltas());
          if (batch.slot(segment) == 0) {
            log.add(LoggedEvents.ofDeltas(1, keys, deltas, new float[] {batch.fade(row)}));
          }
        }
      }
    }
  }

  /** A fifth is 0, as of features that an event lacks. */
  private void fill(float[] values, int n) {
    for (int i = 0; i < n; i++) {
      values[i] = random.nextInt(5) == 0 ? 0 : (float) (4 * random.nextDouble() - 2);
    }
  }

  private float[] keep(String name, float[] from, int at, int n) {
    float[] kept = Arrays.copyOfRange(from, at, at + n);
    results.put(name, kept);
    return kept;
  }

  /** The first bits in which another run differs, in words; null if none. A zero has no sign. */
  String difference(SelfCheckScript other) {
    for (Map.Entry<String, float[]> expected : results.entrySet()) {
      float[] e = expected.getValue();
      float[] a = other.results.get(expected.getKey());
      for (int i = 0; i < e.length; i++) {
        boolean zeros = e[i] == 0 && a[i] == 0;
        if (!zeros && Float.floatToIntBits(e[i]) != Float.floatToIntBits(a[i])) {
          return String.format(
              Locale.ROOT, "%s [%d] is %s, must be %s", expected.getKey(), i, a[i], e[i]);
        }
      }
    }
    return null;
  }
}
