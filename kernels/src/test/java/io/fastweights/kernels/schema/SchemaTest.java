package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Field.Categorical;
import io.fastweights.kernels.schema.Field.DayOfWeek;
import io.fastweights.kernels.schema.Field.Elapsed;
import io.fastweights.kernels.schema.Field.Hashed;
import io.fastweights.kernels.schema.Field.Numeric;
import io.fastweights.kernels.schema.Field.TimeOfDay;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
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
              new DayOfWeek("day", ZoneOffset.UTC)),
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
    "12x, 'field distance is ''12x'', not a number'",
    ", field distance is missing"
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

  @Test
  void readsBackTheJsonItWrites() {
    String json = SchemaJson.write(schema);
    Schema back = SchemaJson.parse(json);
    assertThat(SchemaJson.write(back)).isEqualTo(json);
    assertThat(back.columns())
        .containsExactly("origin", "time", "kind", "carrier", "destination", "distance", "gate");
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
        "{\"fields\": [{\"name\": \"a b\", \"encoder\": \"dayOfWeek\"}]}",
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
