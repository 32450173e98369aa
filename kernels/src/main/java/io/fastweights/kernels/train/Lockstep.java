package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.DeviceRecurrence.Head;
import io.fastweights.kernels.train.network.HeadSequence;
import io.fastweights.kernels.train.network.ModelPass;
import io.fastweights.kernels.train.network.Parameters;
import io.fastweights.kernels.train.network.Seeds;
import io.fastweights.kernels.train.sequence.Chunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * All lanes through the model together, layer by layer, so that a device runs the recurrences of
 * all their heads at once. The layers between the recurrences run on the workers' threads. A
 * shard's gradients are added lane by lane, parameter by parameter in the order that {@link
 * StepGradient} has without a device: their sums have its bits where the device's recurrences have.
 */
final class Lockstep {
  private final Lanes lanes;
  private final Workers workers;
  private final DeviceLayers device;
  private final List<ModelPass> passes = new ArrayList<>();
  private final Chunk[] chunks;
  private final int shards;

  /**
   * @param shards threads' shares of the lanes
   * @param passes one is taken for each lane
   */
  Lockstep(
      Lanes lanes, Workers workers, DeviceLayers device, int shards, Supplier<ModelPass> passes) {
    this.lanes = lanes;
    this.workers = workers;
    this.device = device;
    this.shards = shards;
    this.chunks = new Chunk[lanes.count()];
    for (int lane = 0; lane < lanes.count(); lane++) {
      this.passes.add(passes.get());
    }
  }

  /**
   * Runs every lane's chunk forwards and backwards.
   *
   * @param gradients of each shard, zeroed
   * @param losses of each shard, added to
   */
  void run(Parameters p, long seed, float scale, float[][] gradients, double[] losses) {
    for (int lane = 0; lane < chunks.length; lane++) {
      chunks[lane] = lanes.chunk(lane);
    }
    forward(p, seed);
    eachLane(
        lane -> {
          int shard = lane % shards;
          losses[shard] += passes.get(lane).lossBackward(p, chunks[lane], scale, gradients[shard]);
        });
    backward(p, seed, gradients);
  }

  private void forward(Parameters p, long seed) {
    eachLane(lane -> passes.get(lane).embed(p, chunks[lane]));
    for (int l = 0; l < device.count(); l++) {
      int layer = l;
      eachLane(lane -> passes.get(lane).project(p, chunks[lane], layer, lanes.memories[lane]));
      List<Head> heads = new ArrayList<>();
      List<float[]> memories = new ArrayList<>();
      for (int lane = 0; lane < chunks.length; lane++) {
        passes.get(lane).attention(l).collect(chunks[lane], heads, memories);
      }
      device.layer(l).forward(heads, memories);
      eachLane(
          lane ->
              passes
                  .get(lane)
                  .mix(p, chunks[lane], layer, Seeds.mix(seed, lane), lanes.memories[lane]));
    }
    eachLane(lane -> passes.get(lane).predict(p, chunks[lane]));
  }

  private void backward(Parameters p, long seed, float[][] gradients) {
    for (int l = device.count() - 1; l >= 0; l--) {
      int layer = l;
      eachLane(
          lane ->
              passes
                  .get(lane)
                  .mixBackward(
                      p, gradients[lane % shards], chunks[lane], layer, Seeds.mix(seed, lane)));
      List<HeadSequence> ofHeads = new ArrayList<>();
      List<float[]> ofMemories = new ArrayList<>();
      for (ModelPass pass : passes) {
        pass.attention(l).collectBackward(ofHeads, ofMemories);
      }
      device.layer(l).backward(ofHeads, ofMemories);
      eachLane(
          lane ->
              passes.get(lane).projectBackward(p, gradients[lane % shards], chunks[lane], layer));
    }
    eachLane(lane -> passes.get(lane).embedBackward(chunks[lane], gradients[lane % shards]));
  }

  /** For every lane; those of a shard in order, shards side by side. */
  private void eachLane(IntConsumer work) {
    workers.each(
        shards,
        shard -> {
          for (int lane = shard; lane < chunks.length; lane += shards) {
            work.accept(lane);
          }
        });
  }
}
