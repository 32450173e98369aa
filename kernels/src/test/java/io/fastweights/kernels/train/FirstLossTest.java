package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loss of the first step is that of a guess, whatever the schema. */
class FirstLossTest {
  private static final int CLASSES = 16;
  private static final int EVENTS = 960;

  /**
   * A schema and its events.
   *
   * @param fields of five encoders in turn
   * @param perKey events of a key; the first has none before it, so with 1 no token has a lag
   * @param finalNorm a layer norm before the head
   */
  private record Case(int fields, int perKey, Target target, boolean finalNorm) {}

  static Stream<Case> cases() {
    List<String> classes = IntStream.range(0, CLASSES).mapToObj(i -> "c" + i).toList();
    List<Target> targets =
        List.of(
            new Target.Binary("answer"),
            new Target.Classes("answer", classes),
            new Target.Number("answer", 0, 1));
    return IntStream.of(1, 3, 10, 30)
        .boxed()
        .flatMap(
            fields ->
                targets.stream()
                    .flatMap(
                        target ->
                            Stream.of(
                                new Case(fields, 24, target, true),
                                new Case(fields, 1, target, true),
                                new Case(fields, 24, target, false))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isThatOfAGuess(Case c) throws IOException, MalformedEventException {
    Schema schema = Schema.of(fields(c.fields), c.target);
    List<EventSequence> sequences = events(schema, c.perKey);
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(32)
            .heads(4)
            .dimHead(8)
            .ffMult(2)
            .normalisation(Normalisation.UNIT)
            .finalNorm(c.finalNorm)
            .outputs(c.target.dim())
            .build();
    TrainOptions oneStep =
        TrainOptions.builder().epochs(1e-3).lanes(sequences.size()).chunk(24).threads(1).build();
    List<Double> losses = new ArrayList<>();
    new Trainer(config, schema, sequences, List.of(), oneStep).run(r -> losses.add(r.loss()));

    assertThat(losses).hasSize(1);
    assertThat(losses.get(0)).isCloseTo(guess(c.target, sequences), withinPercentage(5));
  }

  /** ln 2, ln C, or half the mean square of the labels, which have mean 0. */
  private static double guess(Target target, List<EventSequence> sequences) {
    if (target instanceof Target.Number) {
      double squares = 0;
      for (EventSequence s : sequences) {
        for (float label : s.labels()) {
          squares += label * label;
        }
      }
      return squares / EVENTS / 2;
    }
    return Math.log(target instanceof Target.Binary ? 2 : CLASSES);
  }

  private static List<Field> fields(int count) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "field" + i;
      fields.add(
          switch (i % 5) {
            case 0 -> new Field.Categorical(name, List.of("v0", "v1", "v2", "v3", "v4"));
            case 1 -> new Field.Hashed(name, 64);
            case 2 -> new Field.Numeric(name, 0, 1);
            case 3 -> new Field.TimeOfDay(name, 24, true, ZoneOffset.UTC);
            default -> new Field.Elapsed(name, 24);
          });
    }
    return fields;
  }

  private static List<EventSequence> events(Schema schema, int perKey)
      throws MalformedEventException {
    SplittableRandom random = new SplittableRandom(5);
    SequenceBuilder builder = new SequenceBuilder(schema);
    RawEvent event = schema.newEvent();
    for (int n = 0; n < EVENTS; n++) {
      event.clear();
      event.timestamp(n * 3_000_000L);
      for (int f = 0; f < schema.fields().size(); f++) {
        if (f % 5 == 2) {
          event.set(f, random.nextGaussian());
        } else if (f % 5 < 2) {
          event.set(f, "v" + random.nextInt(5));
        }
      }
      target(event, schema.target(), n);
      builder.add("key" + n / perKey, schema.encode(event));
    }
    return builder.build();
  }

  /** Every class as often as any other, numbers in pairs of opposite sign. */
  private static void target(RawEvent event, Target target, int n) {
    int turn = n / 2 % CLASSES;
    if (target instanceof Target.Classes) {
      event.target("c" + turn);
    } else if (target instanceof Target.Binary) {
      event.target(n % 2);
    } else {
      event.target((n % 2 == 0 ? turn : -turn) / 8.0);
    }
  }
}
