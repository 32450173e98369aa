package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RunningStatisticsTest {
  private static final Schema SCHEMA =
      Schema.of(
          List.of(new Field.Numeric("price"), new Field.Numeric("size", 10, 2, Statistics.KEY)),
          new Target.Number("delay"));

  private static EncodedEvent observed(EncodedEvent lag, Object price, double size, double delay)
      throws MalformedEventException {
    RawEvent raw = SCHEMA.newEvent().set("size", size).target(delay);
    return SCHEMA.standardised(SCHEMA.encode(price(raw, price)), lag);
  }

  private static EncodedEvent asked(EncodedEvent lag, Object price, double size)
      throws MalformedEventException {
    RawEvent raw = SCHEMA.newEvent().set("size", size).ask();
    return SCHEMA.standardised(SCHEMA.encode(price(raw, price)), lag);
  }

  private static RawEvent price(RawEvent raw, Object price) {
    return raw.set("price", price == null ? null : price.toString());
  }

  private static float answer(EncodedEvent event, float output) {
    float[] into = new float[1];
    SCHEMA.predict(event, new float[] {output}, 0, false, into);
    return into[0];
  }

  /** The first value is its own mean; a start counts as values before it. */
  @Test
  void theFirstEventsOfAKeyAreFinite() throws Exception {
    EncodedEvent first = observed(null, 5000, 12, 300);
    assertThat(first.weights()[0]).isEqualTo(0f);
    assertThat(first.weights()[1]).isBetween(0.5f, 1f);
    assertThat(first.target()[0]).isEqualTo(0f);
    assertThat(answer(first, 2f)).isEqualTo(0f);
    EncodedEvent second = observed(first, 5100, 12, 310);
    assertThat(second.weights()[0]).isEqualTo(1f);
    assertThat(second.target()[0]).isEqualTo(1f);
    assertThat(answer(second, 2f)).isEqualTo(300f);
  }

  /** Constants over the same values, as long as nothing is forgotten and nothing an outlier. */
  @Test
  void meanAndDeviationAreThoseOfTheFirstValues() throws Exception {
    SplittableRandom random = new SplittableRandom(3);
    double sum = 0;
    double squares = 0;
    EncodedEvent lag = null;
    for (int n = 1; n <= RunningMoments.MEMORY; n++) {
      double value = 50 + (n % 2 == 0 ? 7 : -7) + random.nextDouble();
      sum += value;
      squares += value * value;
      lag = observed(lag, value, 10, value);
      double mean = sum / n;
      double variance = squares / n - mean * mean;
      double[] moments = lag.numbers().moments();
      assertThat(moments[1]).as("mean of %d", n).isCloseTo(mean, within(1e-9));
      assertThat(moments[2]).as("variance of %d", n).isCloseTo(variance, within(1e-6));
    }
  }

  /** The answer is in the unit of earlier events: it cannot contain the event's own target. */
  @Test
  void theOwnTargetDoesNotReachTheAnswer() throws Exception {
    EncodedEvent lag = observed(observed(null, 1, 1, 10), 2, 2, 20);
    EncodedEvent small = observed(lag, 3, 3, 30);
    EncodedEvent large = observed(lag, 3, 3, 1e9);
    assertThat(answer(small, 1.5f)).isEqualTo(answer(large, 1.5f));
    assertThat(small.weights()).isEqualTo(large.weights());
  }

  /** A label that arrives late: the ask has the input of the observe, and leaves nothing behind. */
  @Test
  void anAskHasTheInputOfItsObserve() throws Exception {
    EncodedEvent lag = observed(observed(null, 1, 1, 10), 2, 2, 20);
    EncodedEvent ask = asked(lag, 9, 4);
    EncodedEvent observe = observed(lag, 9, 4, 70);
    assertThat(ask.weights()).isEqualTo(observe.weights());
    assertThat(answer(ask, 0.3f)).isEqualTo(answer(observe, 0.3f));
    assertThat(lag.numbers().moments()).isEqualTo(lag.numbers().moments());
    assertThat(ask.numbers().moments()[6]).as("targets counted").isEqualTo(2);
    assertThat(observe.numbers().moments()[6]).isEqualTo(3);
  }

  @Test
  void aMissingNumberLeavesItsStatistics() throws Exception {
    EncodedEvent lag = observed(observed(null, 1, 1, 10), 2, 2, 20);
    EncodedEvent missing = observed(lag, null, 3, 30);
    assertThat(missing.ids()[0]).isEqualTo(Field.Numeric.MISSING);
    assertThat(missing.weights()[0]).isEqualTo(1f);
    assertThat(missing.numbers().moments()).startsWith(lag.numbers().moments()[0], 1.5);
  }

  /** An outlier of any size moves the others by less than a third of their deviation. */
  @Test
  void anOutlierChangesLittle() throws Exception {
    EncodedEvent lag = null;
    for (int n = 0; n < 60; n++) {
      lag = observed(lag, n % 2, 10, n % 2);
    }
    EncodedEvent outlier = observed(lag, 1e300, 10, -1e300);
    assertThat(outlier.weights()[0]).isEqualTo(3f);
    assertThat(outlier.target()[0]).isEqualTo(-3f);
    EncodedEvent next = observed(outlier, 1, 10, 1);
    assertThat(next.weights()[0]).isBetween(0.6f, 1.1f);
    assertThat(answer(next, 0)).isBetween(0.3f, 0.5f);
  }

  /** A level that moves for good by a hundred deviations is the mean after a hundred values. */
  @Test
  void aLevelThatMovesIsFollowed() throws Exception {
    EncodedEvent lag = null;
    for (int n = 0; n < 100; n++) {
      lag = observed(lag, 20 + n % 2, 10, 0);
    }
    for (int n = 0; n < 100; n++) {
      lag = observed(lag, 70 + n % 2, 10, 0);
    }
    assertThat(lag.numbers().moments()[1]).isCloseTo(70, within(6.0));
  }

  @Test
  void aConstantIsStandardisedToZeroAndPredictedAsItIs() throws Exception {
    EncodedEvent lag = null;
    for (int n = 0; n < 100; n++) {
      lag = observed(lag, 0.1, 0.1, 0.1);
    }
    assertThat(lag.weights()[0]).isEqualTo(0f);
    assertThat(answer(lag, 3)).isEqualTo(0.1f);
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> observed(null, value, 1, 1))
          .isInstanceOf(MalformedEventException.class)
          .hasMessage("field price is " + value + ", must be finite");
      assertThatThrownBy(() -> observed(null, 1, 1, value))
          .hasMessage("target delay is " + value + ", must be finite");
    }
  }

  /** Statistics that a key stores and restores have the same bits. */
  @Test
  void aKeyGoesOnWithStatisticsThatWereStored() throws Exception {
    SplittableRandom random = new SplittableRandom(5);
    EncodedEvent kept = null;
    EncodedEvent stored = null;
    for (int n = 0; n < 200; n++) {
      Double price = random.nextInt(5) == 0 ? null : random.nextDouble();
      double size = random.nextDouble() * n;
      double delay = random.nextInt(30);
      kept = observed(kept, price, size, delay);
      EncodedEvent again = observed(stored, price, size, delay);
      assertThat(again.weights()).as("event %d", n).isEqualTo(kept.weights());
      assertThat(again.target()).as("event %d", n).isEqualTo(kept.target());
      stored = read(written(again));
    }
  }

  @Test
  void aStoredLagIsCutOffNowhereUnnoticed() throws Exception {
    byte[] bytes = written(observed(null, 1, 2, 3));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(IOException.class);
    }
  }

  private static byte[] written(EncodedEvent lag) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lag.writeLag(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static EncodedEvent read(byte[] bytes) throws IOException {
    return EncodedEvent.readLag(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  @Test
  void theSchemaSaysItAsJson() {
    String json =
        "{\"fields\":[{\"name\":\"price\",\"encoder\":\"numeric\",\"statistics\":\"key\"},"
            + "{\"name\":\"size\",\"encoder\":\"numeric\",\"mean\":10.0,\"deviation\":2.0,"
            + "\"statistics\":\"key\"}],"
            + "\"target\":{\"name\":\"delay\",\"encoder\":\"number\",\"statistics\":\"key\"}}";
    assertThat(SchemaJson.write(SCHEMA)).isEqualTo(json);
    assertThat(SchemaJson.parse(json)).isEqualTo(SCHEMA);
    assertThat(SchemaJson.parse(json.replace(",\"statistics\":\"key\"}],", "}],")))
        .as("constants")
        .isNotEqualTo(SCHEMA);
    assertThat(SchemaJson.parse(json.replace("\"number\",\"statistics\":\"key\"", "\"number\"")))
        .as("no constants")
        .isEqualTo(SCHEMA);
  }

  @Test
  void wrongStatisticsAreRefused() {
    String field = "{\"fields\":[{\"name\":\"price\",\"encoder\":\"numeric\",%s}]}";
    assertThatThrownBy(() -> SchemaJson.parse(field.replace("%s", "\"statistics\":\"day\"")))
        .hasMessage(
            "field price: statistics is 'day', must be key, or of a target changes, or be left out");
    assertThatThrownBy(() -> SchemaJson.parse(field.replace("%s", "\"mean\":1")))
        .hasMessage("field price has no 'deviation'");
    assertThatThrownBy(
            () ->
                SchemaJson.parse(
                    field.replace("%s", "\"mean\":1,\"deviation\":0,\"statistics\":\"key\"")))
        .hasMessage("field price: deviation is 0, must be positive");
  }

  @Test
  void constantsReplaceThem() {
    Schema constant =
        Schema.of(
            List.of(new Field.Numeric("price", 1, 2), new Field.Numeric("size", 3, 4)),
            new Target.Number("delay", 5, 6));
    assertThat(SCHEMA.runningNumbers()).containsExactly("price", "size", "delay");
    assertThat(SCHEMA.withConstants(constant.constants())).isEqualTo(constant);
    assertThat(constant.runningNumbers()).isEmpty();
    assertThat(SchemaDifference.between(SCHEMA, constant))
        .contains("field price was Numeric[name=price, running statistics of the key], is Numeric")
        .contains("running statistics of the key from mean=10.0, deviation=2.0");
  }

  private static final Schema CHANGES =
      Schema.of(
          List.of(new Field.DayOfWeek("day", ZoneOffset.UTC)),
          new Target.Number("level", 20, 2, Statistics.CHANGES));

  private static EncodedEvent level(EncodedEvent lag, double level) throws MalformedEventException {
    RawEvent raw = CHANGES.newEvent().timestamp(0).target(level);
    return CHANGES.standardised(CHANGES.encode(raw), lag);
  }

  /** By hand: a start of 5 changes with the deviation 2, then the changes 3 and -1. */
  @Test
  void aTargetByItsChangesIsAnsweredFromItsLastValue() throws Exception {
    EncodedEvent first = level(null, 50);
    float[] answer = new float[1];
    CHANGES.predict(first, new float[] {0.5f}, 0, false, answer);
    assertThat(answer[0]).as("before any value").isEqualTo(20 + 0.5f * 2 * 0.5f);
    assertThat(first.target()[0]).as("no change").isZero();
    CHANGES.settle(first, new float[] {0}, 0);

    EncodedEvent second = level(first, 53);
    CHANGES.predict(second, new float[] {0}, 0, false, answer);
    assertThat(answer[0]).isEqualTo(50f);
    double mean = 3.0 / 6;
    double variance = 5.0 / 6 * (4 + 9.0 / 6);
    float learned = (float) ((3 - mean) / Math.sqrt(variance));
    assertThat(second.target()[0]).isEqualTo(learned);
    CHANGES.settle(second, new float[] {2}, 0);

    EncodedEvent third = level(second, 52);
    double share = (0.5 + 2 * learned) / (1 + 4);
    CHANGES.predict(third, new float[] {-1}, 0, false, answer);
    assertThat(answer[0])
        .isCloseTo((float) (53 + mean - share * Math.sqrt(variance)), within(1e-5f));
    CHANGES.target(third, answer);
    assertThat(answer[0]).isEqualTo(52f);
  }

  @Test
  void aTargetByItsChangesIsReadAsItWasWritten() throws Exception {
    assertThat(SchemaJson.parse(SchemaJson.write(CHANGES))).isEqualTo(CHANGES);
    Schema plain =
        Schema.of(CHANGES.fields(), new Target.Number("level", 0, 0, Statistics.CHANGES));
    assertThat(SchemaJson.parse(SchemaJson.write(plain))).isEqualTo(plain);
    EncodedEvent lag = level(level(null, 1), Double.MAX_VALUE).asLag();
    EncodedEvent far = level(lag, -Double.MAX_VALUE);
    assertThat(far.target()[0]).isFinite();
    assertThatThrownBy(() -> new Field.Numeric("a", 0, 0, Statistics.CHANGES))
        .hasMessage("field a: statistics of changes are those of a target");
    assertThatThrownBy(
            () ->
                SchemaJson.parse(
                    "{\"fields\": [{\"name\": \"a\", \"encoder\": \"numeric\","
                        + " \"statistics\": \"change\"}]}"))
        .hasMessageContaining("statistics is 'change', must be key, or of a target changes");
  }
}
