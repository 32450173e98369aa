package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.math.KeyedReference;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.testkit.KeyedHarness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Base and log against a plain loop over the events: the same bits whatever was evicted, appended,
 * folded, checkpointed and restored on the way.
 */
class LogStructuredStateTest {
  private static final int KEYS = 7;
  private static final int EVENTS = 150;
  private static final List<Target> TARGETS =
      List.of(
          new Target.Classes("next", List.of("1", "2", "3")),
          new Target.Classes("next", List.of("1", "2", "3"), Prior.even(3, 2)),
          new Target.Number("next", 0, 0, Statistics.CHANGES));

  private static String schema(long seed) {
    Target target = TARGETS.get((int) (seed % TARGETS.size()));
    return SchemaJson.write(
        Schema.of(
            List.of(
                new Field.Hashed("colour", 16),
                new Field.Elapsed("since", 8),
                new Field.LastTarget("last", target.ids())),
            target));
  }

  /** "key|time|ask or observe|colour|target". */
  private static void read(String line, RawEvent event) {
    String[] parts = line.split("\\|");
    event.timestamp(Long.parseLong(parts[1])).set(0, parts[3]).target(parts[4]);
    if (parts[2].equals("ask")) {
      event.ask();
    }
  }

  private static List<String> events(SplittableRandom random) {
    List<String> events = new ArrayList<>();
    long time = 0;
    for (int i = 0; i < EVENTS; i++) {
      time += random.nextInt(100_000);
      String kind = random.nextInt(3) == 0 ? "ask" : "observe";
      events.add(
          String.format(
              Locale.ROOT,
              "k%d|%d|%s|c%d|%s",
              random.nextInt(KEYS),
              time,
              kind,
              random.nextInt(5),
              "123".charAt(random.nextInt(3))));
    }
    return events;
  }

  private static Configuration options(int batch, double fold) {
    Configuration options = new Configuration();
    FastWeightOptions.all().forEach(option -> setDefault(options, option));
    options.set(FastWeightOptions.ASSOCIATIVE_KEY_DIM, 6);
    options.set(FastWeightOptions.BATCH_SIZE, batch);
    options.set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO);
    options.set(FastWeightOptions.FOLD_THRESHOLD, fold);
    return options;
  }

  private static <V> void setDefault(
      Configuration options, org.apache.flink.configuration.ConfigOption<V> option) {
    options.set(option, option.defaultValue());
  }

  /** Results of a plain loop. */
  private static Map<String, List<Integer>> expected(String json, List<String> events)
      throws Exception {
    EventModel model = new ModelSpec(json, null, 0).create(options(1, 0));
    Schema schema = SchemaJson.parse(json);
    KeyedReference reference =
        new KeyedReference(
            model.model(), InputEncoder.projection(schema, model.model().inputDim(), 1));
    Map<String, List<Integer>> answers = new HashMap<>();
    Map<String, EncodedEvent> lags = new HashMap<>();
    for (String line : events) {
      String key = line.split("\\|")[0];
      RawEvent raw = schema.newEvent();
      read(line, raw);
      EncodedEvent event = schema.standardised(schema.encode(raw), lags.get(key));
      var step = reference.step(key, event);
      schema.settle(event, step.output(), 0);
      if (event.observe()) {
        lags.put(key, event);
      }
      answers.put(line, bits(model.predict(event, step.output(), 0), step.recallError()));
    }
    return answers;
  }

  private static List<Integer> bits(float[] values, float recallError) {
    List<Integer> bits = new ArrayList<>();
    for (float value : values) {
      bits.add(Float.floatToIntBits(value));
    }
    bits.add(Float.floatToIntBits(recallError));
    return bits;
  }

  @ParameterizedTest
  @CsvSource({"rocksdb,0", "rocksdb,0.3", "rocksdb,16", "heap,0", "heap,0.3", "heap,16"})
  void answersAreThoseOfAPlainLoop(String backend, double fold) throws Exception {
    for (long seed = 1; seed <= 6; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<String> events = events(random);
      Map<String, List<Integer>> expected = expected(schema(seed), events);
      Map<String, List<Integer>> actual = new HashMap<>();
      int batch = 1 + random.nextInt(5);
      OperatorSubtaskState state = null;
      int at = 0;
      for (int life = 1; at < EVENTS; life++) {
        try (var harness = harness(schema(seed), backend, batch, fold)) {
          if (state != null) {
            harness.initializeState(state);
          }
          harness.open();
          int kept = Math.min(EVENTS, at + 1 + random.nextInt(40));
          for (; at < kept; at++) {
            harness.processElement(events.get(at), at);
          }
          harness.prepareSnapshotPreBarrier(life);
          harness.extractOutputValues().forEach(p -> actual.put(p.event(), answer(p)));
          state = harness.snapshot(life, life);
          // Events after the snapshot are lost in the failure and replayed after the restore.
          for (int lost = at; lost < Math.min(EVENTS, at + 10); lost++) {
            harness.processElement(events.get(lost), lost);
          }
        }
      }
      assertThat(actual).as("seed %d", seed).isEqualTo(expected);
    }
  }

  private static List<Integer> answer(Prediction<String> prediction) {
    return bits(prediction.values(), prediction.recallError());
  }

  private static KeyedHarness<String, Prediction<String>> harness(
      String json, String backend, int batch, double fold) throws Exception {
    TypeInformation<String> element = Types.STRING;
    var factory =
        new FastWeightOperatorFactory<>(
            new ModelSpec(json, null, 0),
            false,
            LogStructuredStateTest::read,
            options(batch, fold),
            new OutputTag<>("malformed", Malformed.type(element)),
            element.createSerializer(new ExecutionConfig().getSerializerConfig()));
    return new KeyedHarness<>(
        factory, line -> line.split("\\|")[0], Prediction.type(element), backend(backend), 1, 0);
  }

  /** Full snapshots: an incremental one of a harness may hold placeholders after a restore. */
  private static StateBackend backend(String name) {
    return name.equals("heap") ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend(false);
  }
}
