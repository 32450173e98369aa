package io.fastweights.kernels.engine;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Copies from staging memory of a device to the pair that a key keeps, 512 floats of keys and 512
 * of deltas: the host's cost per batch. Two batches in turn, as if in flight.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogCopyBenchmark {
  private static final int EACH = 512;
  private static final int FLIGHTS = 2;

  @Param({"256", "4096", "16384"})
  private int events;

  private final EventBatch[] batches = new EventBatch[FLIGHTS];
  private final FloatBuffer[] keys = new FloatBuffer[FLIGHTS];
  private final FloatBuffer[] deltas = new FloatBuffer[FLIGHTS];
  private int turn;

  /** Full batches. */
  @Setup
  public void prepare() {
    Model model = new AssociativeMemory(EACH, 1, EACH, new float[] {0.5f}, Normalisation.SUM);
    for (int i = 0; i < FLIGHTS; i++) {
      batches[i] = new EventBatch(model, events);
      batches[i].clear();
      batches[i].segment(0, false);
      for (int row = 0; row < events; row++) {
        batches[i].add(true);
      }
      keys[i] = staging();
      deltas[i] = staging();
    }
  }

  private FloatBuffer staging() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(events * EACH * Float.BYTES);
    FloatBuffer floats = bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int i = 0; i < floats.capacity(); i++) {
      floats.put(i, i);
    }
    return floats;
  }

  private EventBatch next() {
    turn = (turn + 1) % FLIGHTS;
    batches[turn].lend(new LogLoan(keys[turn], deltas[turn]));
    return batches[turn];
  }

  /** Copies all to the batch's arrays, then each event's pair to its own. */
  @Benchmark
  public void throughTheBatch(Blackhole keep) {
    EventBatch batch = next();
    batch.keys();
    batch.deltas();
    pairs(batch, keep);
  }

  /** Copies each event's pair to its own arrays. */
  @Benchmark
  public void once(Blackhole keep) {
    pairs(next(), keep);
  }

  private void pairs(EventBatch batch, Blackhole keep) {
    for (int row = 0; row < events; row++) {
      float[] key = new float[EACH];
      float[] delta = new float[EACH];
      batch.copyKeys(row, key, 0);
      batch.copyDeltas(row, delta, 0);
      keep.consume(key);
      keep.consume(delta);
    }
  }
}
