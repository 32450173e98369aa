package io.fastweights.kernels.train;

import io.fastweights.kernels.train.network.Seeds;
import io.fastweights.kernels.train.sequence.Chunk;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Keys in training side by side. A lane runs through one key's sequence chunk by chunk with that
 * key's memory; at its end it takes the next key, in an order shuffled anew for each pass over the
 * keys, and an empty memory. The whole state is a number and a few per lane, so it can be saved.
 */
final class Lanes {
  private final List<EventSequence> sequences;
  private final long seed;
  private final int chunk;
  private long taken;
  private long shuffledPass = -1;
  private int[] order;
  final int[] sequence;
  final int[] position;
  final float[][] memories;

  Lanes(List<EventSequence> sequences, int lanes, int chunk, int memoryFloats, long seed) {
    this.sequences = sequences;
    this.chunk = chunk;
    this.seed = seed;
    sequence = new int[lanes];
    position = new int[lanes];
    memories = new float[lanes][memoryFloats];
    for (int lane = 0; lane < lanes; lane++) {
      sequence[lane] = next();
    }
  }

  int count() {
    return sequence.length;
  }

  /** The chunk a lane has to run now. */
  Chunk chunk(int lane) {
    return Chunk.of(sequences.get(sequence[lane]), position[lane], chunk);
  }

  /** Moves all lanes behind their chunks. */
  void advance() {
    for (int lane = 0; lane < count(); lane++) {
      position[lane] += chunk;
      if (position[lane] >= sequences.get(sequence[lane]).length()) {
        sequence[lane] = next();
        position[lane] = 0;
        Arrays.fill(memories[lane], 0f);
      }
    }
  }

  private int next() {
    long pass = taken / sequences.size();
    int place = (int) (taken++ % sequences.size());
    if (pass != shuffledPass) {
      order = shuffled(pass);
      shuffledPass = pass;
    }
    return order[place];
  }

  private int[] shuffled(long pass) {
    int[] order = new int[sequences.size()];
    SplittableRandom random = new SplittableRandom(Seeds.mix(seed, pass));
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Keys taken so far: with sequence, position and memories, all there is to save. */
  long taken() {
    return taken;
  }

  void taken(long value) {
    taken = value;
  }
}
