package io.fastweights.kernels.train.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.network.InitialWeights;
import io.fastweights.kernels.train.network.ParameterLayout;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training sees the input that the operator makes of the same events. */
class SequenceBuilderTest {
  private static final List<Field> FIELDS =
      List.of(
          new Field.Hashed("place", 6),
          new Field.Elapsed("since", 12),
          new Field.TimeOfDay("hour", 24, true, ZoneOffset.UTC),
          new Field.Numeric("size", 3, 2),
          new Field.DayOfWeek("day", ZoneOffset.UTC));

  static List<Target> targets() {
    return List.of(
        new Target.Binary("late"),
        new Target.Number("delay", 5, 3),
        new Target.Classes("next", List.of("0", "1")));
  }

  @ParameterizedTest
  @MethodSource("targets")
  void rowsAddUpToTheEncodersInput(Target target) throws MalformedEventException {
    List<Field> fields = new ArrayList<>(FIELDS);
    fields.add(new Field.LastTarget("last", target.ids()));
    Schema schema = Schema.of(fields, target);
    int dim = 5;
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(dim)
            .heads(1)
            .dimHead(2)
            .outputs(target.dim())
            .build();
    ParameterLayout layout = new ParameterLayout(config, schema);
    float[] values = InitialWeights.of(layout, 1);
    SlowWeights weights = layout.weights(values);
    InputEncoder encoder = weights.inputs(schema);
    SequenceBuilder builder = new SequenceBuilder(schema);
    Map<String, EncodedEvent> lags = new HashMap<>();
    Map<String, Integer> seen = new HashMap<>();
    SplittableRandom random = new SplittableRandom(2);
    float[][][] expected = new float[3][60][dim];
    for (int n = 0; n < 100; n++) {
      String key = Integer.toString(random.nextInt(3));
      EncodedEvent event = schema.encode(event(schema, random, n));
      int t = seen.merge(key, 1, Integer::sum) - 1;
      encoder.encode(event, lags.get(key), expected[Integer.parseInt(key)][t], 0);
      builder.add(key, event);
      if (event.observe()) {
        lags.put(key, event.asLag());
      }
    }
    for (EventSequence s : builder.build()) {
      assertThat(s.length()).isEqualTo(seen.get(s.key()));
      for (int t = 0; t < s.length(); t++) {
        float[] input = new float[dim];
        for (int i = s.starts()[t]; i < s.starts()[t + 1]; i++) {
          for (int j = 0; j < dim; j++) {
            input[j] = Math.fma(s.weights()[i], values[s.rows()[i] * dim + j], input[j]);
          }
        }
        assertThat(input).isEqualTo(expected[Integer.parseInt(s.key())][t]);
        assertThat(Float.isNaN(s.labels()[t])).isEqualTo(s.asks()[t]);
      }
    }
  }

  private static RawEvent event(Schema schema, SplittableRandom random, int n) {
    RawEvent event = schema.newEvent();
    event.timestamp(n * 3_600_000L + random.nextInt(1_000_000));
    event.set(0, "place" + random.nextInt(9)).set(3, random.nextDouble() * 9);
    return random.nextInt(4) == 0 ? event.ask() : event.target(random.nextInt(2));
  }
}
