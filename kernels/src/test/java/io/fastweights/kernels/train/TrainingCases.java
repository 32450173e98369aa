package io.fastweights.kernels.train;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small problem that only a memory of the key solves: each key has its own answer to a symbol.
 */
public final class TrainingCases {
  public static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field.Categorical("symbol", List.of("a", "b", "c", "d")),
              new Field.Elapsed("since", 8)),
          new Target.Binary("answer"));

  public static final ModelConfig CONFIG =
      ModelConfig.builder(Architecture.TRANSFORMER)
          .dim(16)
          .heads(2)
          .dimHead(8)
          .ffMult(2)
          .outputs(1)
          .build();

  private TrainingCases() {}

  /** Keys with {@code events} events each. */
  public static List<EventSequence> keys(int keys, int events, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SequenceBuilder builder = new SequenceBuilder(SCHEMA);
    RawEvent event = SCHEMA.newEvent();
    for (int key = 0; key < keys; key++) {
      int answers = random.nextInt(16);
      for (int t = 0; t < events - key % 7; t++) {
        int symbol = random.nextInt(4);
        event.clear();
        event.timestamp(t * 60_000L).set(0, String.valueOf((char) ('a' + symbol)));
        event.target(answers >> symbol & 1);
        try {
          builder.add("key" + key, SCHEMA.encode(event));
        } catch (MalformedEventException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return builder.build();
  }

  public static TrainOptions.Builder options() {
    return TrainOptions.builder().lanes(8).chunk(16).learningRate(0.01).seed(3).threads(2);
  }
}
