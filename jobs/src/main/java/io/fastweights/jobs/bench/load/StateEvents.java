package io.fastweights.jobs.bench.load;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.EventReader;
import java.util.SplittableRandom;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * The events of a benchmark, (key, number): input and target follow from the number, so that a
 * stream costs the same for both ways. All are observed.
 */
public final class StateEvents
    implements EventReader<Tuple2<Long, Long>>, NaiveMemory.Events<Tuple2<Long, Long>> {
  private static final long serialVersionUID = 1L;
  private static final int DIFFERENT_BITS = 10;
  private static final int DIFFERENT = 1 << DIFFERENT_BITS;
  private static final long SEED = 11;

  private final MemoryKind kind;
  private transient float[][] inputs;
  private transient float[][] targets;

  public StateEvents(MemoryKind kind) {
    this.kind = kind;
  }

  @Override
  public void read(Tuple2<Long, Long> event, RawEvent into) {
    into.timestamp(event.f1).vector(input(event.f1)).target(target(event.f1));
  }

  @Override
  public AssociativeMemory model() {
    return kind.model();
  }

  @Override
  public long timestamp(Tuple2<Long, Long> event) {
    return event.f1;
  }

  @Override
  public boolean read(Tuple2<Long, Long> event, float[] input, float[] target) {
    float[] of = input(event.f1);
    System.arraycopy(of, 0, input, 0, of.length);
    float[] learned = target(event.f1);
    System.arraycopy(learned, 0, target, 0, learned.length);
    return true;
  }

  /** The input of an event; not to be written to. */
  public float[] input(long event) {
    if (inputs == null) {
      fill();
    }
    return inputs[row(event)];
  }

  /** The target of an event; not to be written to. */
  public float[] target(long event) {
    if (targets == null) {
      fill();
    }
    return targets[row(event)];
  }

  private static int row(long event) {
    // Not a function of the key: neighbours in RocksDB would be alike, and would compress.
    return (int) (event * 0x9E3779B97F4A7C15L >>> Long.SIZE - DIFFERENT_BITS);
  }

  private void fill() {
    AssociativeMemory model = kind.model();
    SplittableRandom random = new SplittableRandom(SEED);
    inputs = gaussian(random, model.inputDim());
    targets = gaussian(random, model.targetDim());
  }

  private static float[][] gaussian(SplittableRandom random, int dim) {
    float[][] rows = new float[DIFFERENT][dim];
    for (float[] row : rows) {
      for (int i = 0; i < dim; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return rows;
  }
}
