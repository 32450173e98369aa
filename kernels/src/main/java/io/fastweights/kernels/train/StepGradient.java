package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.ModelPass;
import io.fastweights.kernels.train.network.Parameters;
import io.fastweights.kernels.train.network.Seeds;
import io.fastweights.kernels.train.sequence.Chunk;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The gradient of one step over all lanes. Lanes are dealt to a fixed number of shards; a shard
 * adds its lanes in order, and the shards are added in order, so the sum has the same bits for any
 * threads.
 */
final class StepGradient {
  private static final int SHARDS = 16;

  private final Lanes lanes;
  private final Workers workers;
  private final float[][] shards;
  private final double[] losses;

  /** Null where every lane runs its own recurrences. */
  private final Lockstep lockstep;

  private int counted;
  private int events;

  /**
   * @param device runs the recurrences; null for none
   * @param passes for the lanes, where there is a device
   */
  StepGradient(
      Lanes lanes,
      Workers workers,
      int parameters,
      DeviceLayers device,
      Supplier<ModelPass> passes) {
    this.lanes = lanes;
    this.workers = workers;
    int count = Math.min(SHARDS, lanes.count());
    shards = new float[count][parameters];
    losses = new double[count];
    lockstep = device == null ? null : new Lockstep(lanes, workers, device, count, passes);
  }

  /** Events that the last step ran through. */
  int events() {
    return events;
  }

  /** Those of them that counted. */
  int counted() {
    return counted;
  }

  /** The gradient of the last step: of the mean loss of its events. */
  float[] sum() {
    return shards[0];
  }

  /**
   * Runs every lane's chunk forwards and backwards.
   *
   * @param seed of the step's dropout
   * @return the sum of the losses
   */
  double compute(Parameters p, long seed) {
    counted = 0;
    events = 0;
    for (int lane = 0; lane < lanes.count(); lane++) {
      Chunk chunk = lanes.chunk(lane);
      counted += chunk.counted();
      events += chunk.length();
    }
    float scale = counted == 0 ? 0 : 1f / counted;
    for (int shard = 0; shard < shards.length; shard++) {
      Arrays.fill(shards[shard], 0f);
      losses[shard] = 0;
    }
    if (lockstep == null) {
      workers.run(shards.length, (shard, pass) -> run(shard, pass, p, seed, scale));
    } else {
      lockstep.run(p, seed, scale, shards, losses);
    }
    double loss = 0;
    for (int shard = 0; shard < shards.length; shard++) {
      loss += losses[shard];
      if (shard > 0) {
        add(shards[shard], shards[0]);
      }
    }
    return loss;
  }

  private void run(int shard, ModelPass pass, Parameters p, long seed, float scale) {
    for (int lane = shard; lane < lanes.count(); lane += shards.length) {
      Chunk chunk = lanes.chunk(lane);
      long laneSeed = Seeds.mix(seed, lane);
      pass.forward(p, chunk, laneSeed, lanes.memories[lane]);
      if (chunk.counted() > 0) {
        losses[shard] += pass.backward(p, chunk, laneSeed, scale, shards[shard]);
      }
    }
  }

  private static void add(float[] from, float[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
