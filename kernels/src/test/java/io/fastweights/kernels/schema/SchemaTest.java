package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.schema.Field.Categorical;
import io.fastweights.kernels.schema.Field.DayOfWeek;
import io.fastweights.kernels.schema.Field.Elapsed;
import io.fastweights.kernels.schema.Field.Hashed;
import io.fastweights.kernels.schema.Field.LastTarget;
import io.fastweights.kernels.schema.Field.Numeric;
import io.fastweights.kernels.schema.Field.TimeOfDay;
import io.fastweights.kernels.schema.values.Mix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {
  private static final long NOON = Instant.parse("2001-01-15T12:00:00Z").toEpochMilli();

  private final Schema schema =
      new Schema(
          "origin",
          "time",
          "kind",
          List.of(
              new Categorical("carrier", List.of("AA", "DL")),
              new Hashed("destination", 64),
              new Numeric("distance", 700, 500),
              new Elapsed("since", 24),
              new TimeOfDay("hour", 24, true, ZoneOffset.UTC),
              new DayOfWeek("day", ZoneOffset.UTC),
              new LastTarget("last", 3)),
          new Target.Classes("gate", List.of("A", "B", "C")));

  private RawEvent event() {
    return schema.newEvent().timestamp(NOON).set(0, "DL").set(1, "SFO").set(2, 950).target("B");
  }

  @Test
  void encodesEachFieldInOrder() throws Exception {
    EncodedEvent e = schema.encode(event());
    assertThat(e.ids()[0]).isEqualTo(2);
    assertThat(e.ids()[1]).isBetween(1, 63);
    assertThat(e.weights()[2]).isEqualTo(0.5f);
    assertThat(List.of(e.ids()[4], e.ids()[5])).containsExactly(11, 12);
    assertThat(List.of(e.weights()[4], e.weights()[5])).containsExactly(0.5f, 0.5f);
    assertThat(e.ids()[6]).isZero();
    assertThat(e.targetId()).isEqualTo(1);
    assertThat(e.target()).containsExactly(0, 1, 0);
  }

  /** A label that comes the next day describes the hour and the day of its question. */
  @Test
  void timeOfDayAndDayOfWeekAreThoseOfTheContext() throws Exception {
    long nextEvening = NOON + 30 * 3_600_000L;
    EncodedEvent label = schema.encode(event().timestamp(nextEvening).contextTimestamp(NOON));
    assertThat(label.ids()).isEqualTo(schema.encode(event()).ids());
    assertThat(label.timestamp()).isEqualTo(nextEvening);
    assertThat(schema.encode(event().timestamp(nextEvening)).ids()).isNotEqualTo(label.ids());
  }

  @Test
  void aRawEventForgetsItsIdAndContextTimeWhenCleared() {
    RawEvent raw = event().contextTimestamp(NOON - 1).id("a");
    assertThat(raw.id()).isEqualTo("a");
    assertThat(raw.contextTimestamp()).isEqualTo(NOON - 1);
    raw.clear();
    assertThat(raw.id()).isNull();
    assertThat(raw.timestamp(NOON).contextTimestamp()).isEqualTo(NOON);
  }

  @Test
  void refusesATargetThatIsAFieldToo() {
    List<Field> fields = List.of(new Hashed("gate", 8));
    assertThatThrownBy(() -> Schema.of(fields, new Target.Binary("gate")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target gate is a field too");
  }

  @Test
  void takesATargetThatIsTrueOrFalse() throws Exception {
    Schema late = Schema.of(List.of(new Hashed("gate", 8)), new Target.Binary("late"));
    assertThat(late.encode(late.newEvent().target(true)).target()).containsExactly(1);
    assertThat(late.encode(late.newEvent().target(false)).target()).containsExactly(0);
  }

  @Test
  void givesUnknownAndMissingCategoriesIdsOfTheirOwn() throws Exception {
    assertThat(schema.encode(event().set(0, "ZZ")).ids()[0]).isZero();
    assertThat(schema.encode(event().set(0, null)).ids()[0]).isZero();
    assertThat(schema.encode(event().set(1, null)).ids()[1]).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, field distance is NaN, must be finite",
    "Infinity, 'field distance is Infinity, must be finite'",
    "12x, 'field distance is ''12x'', not a number'"
  })
  void refusesNumbersThatAreNone(String value, String reason) {
    assertThatThrownBy(() -> schema.encode(event().set(2, value)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining(reason.split(",")[0]);
  }

  @Test
  void refusesAnObservedEventWithoutItsTargetButNotAnAsk() throws Exception {
    assertThatThrownBy(() -> schema.encode(event().target("Z")))
        .hasMessage("target gate is 'Z', not one of the 3 classes");
    assertThatThrownBy(() -> schema.encode(event().target((String) null)))
        .hasMessage("target gate is missing");
    assertThat(schema.encode(event().target((String) null).ask()).targetId()).isEqualTo(-1);
  }

  @Test
  void anAskNeverCarriesItsTarget() throws Exception {
    EncodedEvent ask = schema.encode(event().ask());
    assertThat(ask.targetId()).isEqualTo(-1);
    assertThat(ask.target()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"-5,1", "0,1", "999,1", "1000,2", "3000,3", "86400000,17", "9000000000000000,23"})
  void bucketsElapsedTimeByItsLogarithm(long millis, int bucket) {
    assertThat(new Elapsed("since", 24).bucket(millis)).isEqualTo(bucket);
  }

  /** Each last target has a vector of its own, and a number is a multiple of one. */
  @ParameterizedTest
  @CsvSource({"a, 1, 1", "b, 2, 1", ", 0, 1", "7.0, 1, 2.5"})
  void aMemoryWithoutTrainingSeesTheLastTarget(String last, int id, float weight) throws Exception {
    Target target =
        "7.0".equals(last)
            ? new Target.Number("y", 2, 2)
            : new Target.Classes("y", List.of("a", "b"));
    Schema with = Schema.of(List.of(new LastTarget("last", target.ids())), target);
    EncodedEvent lag =
        last == null ? null : with.encode(with.newEvent().timestamp(NOON).target(last)).asLag();
    EncodedEvent now = with.encode(with.newEvent().timestamp(NOON).ask());
    float[] input = new float[4];
    InputEncoder.projection(with, 4, 1).encode(now, lag, input, 0);

    Schema category = Schema.of(List.of(new Categorical("last", List.of("a", "b"))), target);
    RawEvent same = category.newEvent().timestamp(NOON).ask();
    float[] expected = new float[4];
    InputEncoder.projection(category, 4, 1)
        .encode(
            category.encode(same.set(0, id == 0 ? "?" : id == 1 ? "a" : "b")), null, expected, 0);
    for (int i = 0; i < 4; i++) {
      assertThat(input[i]).isEqualTo(weight * expected[i]);
    }
  }

  @Test
  void theLastTargetNeedsATarget() {
    assertThatThrownBy(
            () ->
                SchemaJson.parse(
                    "{\"fields\": [{\"name\": \"last\", \"encoder\": \"lastTarget\"}]}"))
        .hasMessage("field last: the schema has no target, lastTarget needs one");
    assertThatThrownBy(
            () ->
                Schema.of(
                    List.of(new LastTarget("last", 2)),
                    new Target.Classes("y", List.of("a", "b", "c"))))
        .hasMessage("field last: targetIds is 2, must be the target's 3");
  }

  @Test
  void readsBackTheJsonItWrites() {
    String json = SchemaJson.write(schema);
    Schema back = SchemaJson.parse(json);
    assertThat(SchemaJson.write(back)).isEqualTo(json);
    assertThat(back.columns())
        .containsExactly("origin", "time", "kind", "carrier", "destination", "distance", "gate");
  }

  @Test
  void readsBackHowEventsAreWritten() {
    String json =
        """
        {"key":"all","time":{"column":"when","unit":"s","zone":"Europe/Berlin"},\
        "fields":[{"name":"a b.c","encoder":"hashed","buckets":8}],\
        "csv":{"delimiter":";","escape":"\\\\","decimal":",","trim":false,"header":["x","y"]},\
        "nulls":["-","NA"],"charset":"ISO-8859-1","columns":{"a b.c":"A"},"constants":{"all":"1"}}""";
    Schema read = SchemaJson.parse("\uFEFF" + json);
    assertThat(SchemaJson.write(read)).isEqualTo(json);
    assertThat(read.format().time().unit()).isEqualTo(EventFormat.Unit.S);
    assertThat(read.columns()).containsExactly("all", "when", "A");
    assertThat(read.withoutColumns())
        .isEqualTo(Schema.of(read.fields(), read.target()).withoutColumns());
  }

  @Test
  void namesTensorsOfAnyFieldApart() {
    Schema dots =
        Schema.of(List.of(new Hashed("a", 2), new Hashed("lag.a", 2), new Hashed("ä %", 2)), null);
    assertThat(dots.embeddingShapes(1).keySet())
        .hasSize(6)
        .contains("embedding.lag.a.weight", "embedding.lag%002Ea.weight")
        .contains("embedding.%00E4%0020%0025.weight");
  }

  @Test
  void aMissingNumberIsAnInputOfItsOwnAndTheMeanOfATrainedModel() throws Exception {
    EncodedEvent known = schema.encode(event());
    EncodedEvent missing = schema.encode(event().set(2, null));
    EncodedEvent mean = schema.encode(event().set(2, 700));
    InputEncoder projection = InputEncoder.projection(schema, 8, 1);
    assertThat(input(projection, missing)).isNotEqualTo(input(projection, mean));
    assertThat(input(projection, missing)).isNotEqualTo(input(projection, known));
    InputEncoder trained = weights(schema).inputs(schema);
    assertThat(input(trained, missing)).isEqualTo(input(trained, mean));
    assertThat(input(trained, missing)).isNotEqualTo(input(trained, known));
  }

  private static SlowWeights weights(Schema schema) {
    ModelConfig config =
        ModelConfig.builder(ModelConfig.Architecture.TRANSFORMER)
            .dim(8)
            .heads(2)
            .dimHead(4)
            .outputs(schema.target().dim())
            .build();
    Random random = new Random(3);
    Map<String, Tensor> tensors = new HashMap<>();
    SlowWeights.expectedShapes(config, schema)
        .forEach(
            (name, shape) -> {
              float[] data = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
              for (int i = 0; i < data.length; i++) {
                data[i] = (float) random.nextGaussian();
              }
              tensors.put(name, new Tensor(shape, data));
            });
    return new SlowWeights(config, schema, tensors);
  }

  private static float[] input(InputEncoder encoder, EncodedEvent event) {
    float[] input = new float[encoder.dim()];
    encoder.encode(event, event.asLag(), input, 0);
    return input;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1.0, 1",
    "true, 1",
    "T, 1",
    "y, 1",
    "Yes, 1",
    "' 1 ', 1",
    "1e0, 1",
    "0, 0",
    "0.0, 0",
    "-0.0, 0",
    "False, 0",
    "f, 0",
    "N, 0",
    "no, 0"
  })
  void takesTrueAndFalseAsToolsWriteThem(String text, int id) throws Exception {
    assertThat(new Target.Binary("late").encode(text, new float[1])).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "0.5", "maybe", "1x", "", "tt"})
  void refusesWhatIsNeitherTrueNorFalse(String text) {
    assertThatThrownBy(() -> new Target.Binary("late").encode(text, new float[1]))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void comparesClassesThatAreNumbersAsNumbers() throws Exception {
    Target.Classes stars = new Target.Classes("stars", List.of("0", "1", "10", "x"));
    float[] into = new float[4];
    assertThat(stars.encode("1.0", into)).isEqualTo(1);
    assertThat(stars.encode("10.00", into)).isEqualTo(2);
    assertThat(stars.encode(" x", into)).isEqualTo(3);
    assertThatThrownBy(() -> stars.encode("1.5", into)).hasMessageContaining("'1.5'");
    Target.Classes versions = new Target.Classes("version", List.of("1", "1.0"));
    assertThat(versions.encode("1.0", into)).isEqualTo(1);
    assertThatThrownBy(() -> versions.encode("1.00", into)).hasMessageContaining("'1.00'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"fields\": []}",
        "{\"fields\": [{\"name\": \"a\"}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"magic\"}]}",
        "{\"fields\": [{\"name\": \" \", \"encoder\": \"dayOfWeek\"}]}",
        "{\"fields\": [{\"name\": \"a\\nb\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"time\": 1, \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"time\": {\"column\": \"t\", \"unit\": \"m\"}, \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"csv\": {\"delimiter\": \",,\"}, \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"csv\": {\"comment\": \"'\", \"quote\": \"'\"}, \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"columns\": {\"b\": \"B\"}, \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"charset\": \"UTF-99\", \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"hashed\", \"buckets\": 1}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"hashed\", \"buckets\": 1e9}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\", \"zone\": \"Mars\"}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\", \"zoom\": 1}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}], \"surplus\": 1}",
        "{\"fields\": [{\"name\": \"a\", \"name\": \"b\", \"encoder\": \"dayOfWeek\"}]}",
        "{\"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]} x"
      })
  void refusesJsonThatIsNoSchema(String json) {
    assertThatThrownBy(() -> SchemaJson.parse(json)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HH:mm | gives no date",
        "yyyy-MM | gives no date",
        "yyyy HH:mm | gives no date",
        "WyypWs- | padding",
        "b | Unknown pattern letter",
        "yyyy-MM-dd' | incomplete"
      })
  void refusesATimePatternThatGivesNoDate(String pattern, String reason) {
    assertThatThrownBy(() -> SchemaJson.parse(schemaWithPattern(pattern)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("time: pattern is '" + pattern + "'")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dd.MM.yyyy HH:mm",
        "yyyyMMdd",
        "uuuu-DDD",
        "YYYY-'W'ww-e",
        "EEE MMM dd HH:mm:ss zzz yyyy",
        "ppd/ppM/yy",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"
      })
  void takesATimePatternThatGivesADate(String pattern) {
    assertThat(SchemaJson.parse(schemaWithPattern(pattern)).format().time().pattern())
        .isEqualTo(pattern);
  }

  @Test
  void aTimeMayHaveAColumnForItsTimeOfDay() {
    String fields = ", \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}";
    Schema read = SchemaJson.parse("{\"time\": {\"column\": \"d\", \"clock\": \"c\"}" + fields);
    assertThat(read.columns()).containsExactly("d", "c");
    assertThat(SchemaJson.parse(SchemaJson.write(read))).isEqualTo(read);
    assertThatThrownBy(
            () ->
                SchemaJson.parse(
                    "{\"time\": {\"column\": \"d\", \"clock\": \"c\", \"unit\": \"s\"}" + fields))
        .hasMessage(
            "time: give a unit or a clock, not both: a number since 1970 has its time of day");
    assertThatThrownBy(
            () -> SchemaJson.parse("{\"time\": {\"column\": \"d\", \"clock\": \"d\"}" + fields))
        .hasMessage("time: column and clock are both 'd', must be two columns");
  }

  private static String schemaWithPattern(String pattern) {
    return "{\"time\": {\"column\": \"t\", \"pattern\": \""
        + pattern
        + "\"}, \"fields\": [{\"name\": \"a\", \"encoder\": \"dayOfWeek\"}]}";
  }

  @Test
  void theLagReadsBackAsItWasWritten() throws Exception {
    EncodedEvent e = schema.encode(event());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    e.writeLag(new DataOutputStream(bytes));
    EncodedEvent lag =
        EncodedEvent.readLag(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(lag.timestamp()).isEqualTo(e.timestamp());
    assertThat(lag.ids()).isEqualTo(e.ids());
    assertThat(lag.weights()).isEqualTo(e.weights());
    assertThat(lag.target()).isEqualTo(e.target());
    assertThat(lag.targetId()).isEqualTo(e.targetId());
  }

  @Test
  void aProjectionDependsOnSeedFieldAndIdAlone() throws Exception {
    InputEncoder one = InputEncoder.projection(schema, 10, 42);
    InputEncoder other = InputEncoder.projection(schema, 10, 42);
    float[] a = new float[12];
    float[] b = new float[12];
    other.encode(schema.encode(event().set(1, "JFK")), null, b, 2);
    one.encode(schema.encode(event()), null, a, 2);
    other.encode(schema.encode(event()), null, b, 2);
    assertThat(a).isEqualTo(b);
    assertThat(a[0]).isZero();
    InputEncoder.projection(schema, 10, 43).encode(schema.encode(event()), null, b, 2);
    assertThat(a).isNotEqualTo(b);
  }

  @Test
  void gaussiansHaveMeanZeroAndDeviationOne() {
    float[] x = new float[100_001];
    Mix.gaussians(7, x);
    double sum = 0;
    double squares = 0;
    for (float value : x) {
      sum += value;
      squares += value * value;
    }
    assertThat(sum / x.length).isBetween(-0.01, 0.01);
    assertThat(squares / x.length).isBetween(0.98, 1.02);
  }

  @Test
  void predictionsAreProbabilities() {
    float[] p = new float[3];
    schema.target().predict(new float[] {9, 1, 2, 3}, 1, true, p);
    assertThat(p[0] + p[1] + p[2]).isBetween(0.999f, 1.001f);
    assertThat(p[2]).isGreaterThan(p[1]).isGreaterThan(p[0]);
    schema.target().predict(new float[] {-0.2f, 0.5f, 1.5f}, 0, false, p);
    assertThat(p).containsExactly(0f, 0.5f / 1.5f, 1 / 1.5f);
    schema.target().predict(new float[] {-1, -1, -1}, 0, false, p);
    assertThat(p).containsExactly(1f / 3, 1f / 3, 1f / 3);
  }
}
