package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.math.KeyedReference;
import io.fastweights.kernels.math.ReferenceModel;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriorTest {
  private static final List<Field> FIELDS = List.of(new Field.Hashed("item", 64));
  private static final Schema LATE =
      Schema.of(FIELDS, new Target.Binary("late", new Prior(List.of(0.2), 4)));
  private static final List<String> WAYS = List.of("air", "rail", "road");
  private static final Schema WAY =
      Schema.of(FIELDS, new Target.Classes("way", WAYS, new Prior(List.of(0.5, 0.3, 0.2), 4)));
  private static final Schema LEFT = Schema.of(FIELDS, new Residual("late", 1, 1, 4));

  private static EncodedEvent event(Schema schema, EncodedEvent lag, String target)
      throws MalformedEventException {
    RawEvent raw = schema.newEvent().set("item", "a");
    return schema.standardised(schema.encode(target == null ? raw.ask() : raw.target(target)), lag);
  }

  private static EncodedEvent left(EncodedEvent lag, float left) throws MalformedEventException {
    RawEvent raw = LEFT.newEvent().set("item", "a").target(new float[] {left});
    return LEFT.standardised(LEFT.encode(raw), lag);
  }

  private static float[] answer(Schema schema, EncodedEvent event, float... outputs) {
    float[] into = new float[outputs.length];
    schema.predict(event, outputs, 0, false, into);
    return into;
  }

  /** Events of labels, settled with a memory that recalls nothing. */
  private static EncodedEvent after(Schema schema, String... labels)
      throws MalformedEventException {
    EncodedEvent lag = null;
    for (String label : labels) {
      lag = event(schema, lag, label);
      schema.settle(lag, new float[schema.target().dim()], 0);
    }
    return lag;
  }

  @Test
  void theFirstAnswerOfAKeyIsThePriorWhateverTheMemorySays() throws Exception {
    assertThat(answer(LATE, event(LATE, null, null), 7)).containsExactly(0.2f);
    assertThat(answer(LATE, event(LATE, null, "1"), -7)).containsExactly(0.2f);
    assertThat(answer(WAY, event(WAY, null, null), 3, -1, 0)).containsExactly(0.5f, 0.3f, 0.2f);
    assertThat(answer(LEFT, left(null, 0.7f), 0)).containsExactly(0);
  }

  /** (4 * 0.2 + 2) / (4 + 3) = 0.4. */
  @Test
  void aMemoryThatRecallsNothingAnswersTheRateOfItsKey() throws Exception {
    EncodedEvent lag = after(LATE, "1", "0", "1");
    assertThat(answer(LATE, event(LATE, lag, null), 0)[0]).isEqualTo(0.4f);
    EncodedEvent way = after(WAY, "rail", "air", "rail", "rail");
    float[] answer = answer(WAY, event(WAY, way, null), 0, 0, 0);
    assertThat(answer[0]).isCloseTo(3 / 8f, within(1e-6f));
    assertThat(answer[1]).isCloseTo(4.2f / 8, within(1e-6f));
    assertThat(answer[2]).isCloseTo(0.8f / 8, within(1e-6f));
  }

  @Test
  void aMemoryLearnsTheDifferenceFromTheRateBeforeTheEvent() throws Exception {
    EncodedEvent lag = after(LATE, "1", "0", "1");
    assertThat(event(LATE, lag, "1").target()[0]).isEqualTo(0.6f);
    assertThat(event(LATE, lag, "0").target()[0]).isEqualTo(-0.4f);
    EncodedEvent way = event(WAY, after(WAY, "rail", "air"), "road");
    assertThat(way.target()[0]).isCloseTo(-3 / 6f, within(1e-6f));
    assertThat(way.target()[1]).isCloseTo(-2.2f / 6, within(1e-6f));
    assertThat(way.target()[2]).isCloseTo(1 - 0.8f / 6, within(1e-6f));
  }

  /** The memory's part is within p E / (E + n) and (p E + n) / (E + n), whatever it recalls. */
  @Test
  void noAnswerLeavesTheBoundsOfSuccession() throws Exception {
    EncodedEvent lag = after(LATE, "1", "1", "1", "1", "1", "1");
    double share = lag.numbers().moments()[1];
    EncodedEvent asked = event(LATE, lag, null);
    double rate = 6.8 / 10;
    assertThat(answer(LATE, asked, -9)[0])
        .isCloseTo((float) (rate + share * (0.08 - rate)), within(1e-6f));
    assertThat(answer(LATE, asked, 9)[0]).isCloseTo((float) rate, within(1e-6f));
    EncodedEvent many = lag;
    for (int i = 0; i < 5000; i++) {
      many = event(LATE, many, "1");
      LATE.settle(many, new float[] {9}, 0);
    }
    assertThat(answer(LATE, event(LATE, many, null), 9)[0]).isStrictlyBetween(0.99f, 1f);
    assertThat(answer(LATE, event(LATE, many, null), -9)[0]).isStrictlyBetween(0f, 0.5f);
  }

  /** Written out for one label that the memory predicted better than the rate. */
  @Test
  void theShareOfAMemoryFollowsWhatItPredicted() throws Exception {
    EncodedEvent lag = after(LATE, "0");
    double share = lag.numbers().moments()[1];
    double rate = 0.8 / 5;
    EncodedEvent next = event(LATE, lag, "1");
    LATE.settle(next, new float[] {0.1f}, 0);
    double memory = rate + 0.1f;
    double gradient = (memory - rate) / (share * memory + (1 - share) * rate);
    assertThat(next.numbers().moments()[1])
        .isCloseTo(share + gradient / (10 + gradient * gradient), within(1e-12));
    EncodedEvent wrong = event(LATE, next, "1");
    LATE.settle(wrong, new float[] {-0.1f}, 0);
    assertThat(wrong.numbers().moments()[1]).isLessThan(next.numbers().moments()[1]);
  }

  @Test
  void aShareStaysWhereTheOutputIsNotFinite() throws Exception {
    EncodedEvent lag = after(LATE, "0");
    EncodedEvent next = event(LATE, lag, "1");
    LATE.settle(next, new float[] {Float.NaN}, 0);
    assertThat(next.numbers().moments()[1]).isEqualTo(lag.numbers().moments()[1]);
    EncodedEvent left = left(null, 0.5f);
    LEFT.settle(left, new float[] {Float.POSITIVE_INFINITY}, 0);
    assertThat(left.numbers().moments()).containsExactly(1, 0, 0, 0.5);
  }

  /** A batch is filled before the outputs of the batches in flight are known. */
  @Test
  void anEventMayBeStandardisedBeforeTheOneBeforeItIsSettled() throws Exception {
    for (float last : new float[] {0.3f, Float.NaN}) {
      EncodedEvent lag = after(LATE, "0", "1");
      EncodedEvent one = event(LATE, lag, "1");
      LATE.settle(one, new float[] {0.2f}, 0);
      EncodedEvent two = event(LATE, one, "0");
      LATE.settle(two, new float[] {last}, 0);
      EncodedEvent first = event(LATE, lag, "1");
      EncodedEvent second = event(LATE, first, "0");
      LATE.settle(first, new float[] {0.2f}, 0);
      LATE.settle(second, new float[] {last}, 0);
      assertThat(second.numbers().moments()).as("%s", last).isEqualTo(two.numbers().moments());
    }
  }

  /** The second memory of a pair: mean (0.5 - 0.25) / (4 + 2), slope (0.5 + r f) / (1 + f f). */
  @Test
  void aResidualIsCentredByItsRunningMean() throws Exception {
    EncodedEvent first = left(null, 0.5f);
    LEFT.settle(first, new float[] {0}, 0);
    EncodedEvent second = left(first, -0.25f);
    assertThat(second.target()[0]).isCloseTo(-0.35f, within(1e-6f));
    LEFT.settle(second, new float[] {0.2f}, 0);
    EncodedEvent third = left(second, 0);
    double slope = (0.5 - 0.35 * 0.2) / (1 + 0.2 * 0.2);
    assertThat(answer(LEFT, third, 0.3f)[0])
        .isCloseTo((float) (0.25 / 6 + slope * 0.3), within(1e-6f));
    float[] label = new float[1];
    LEFT.target(second, label);
    assertThat(label[0]).isCloseTo(-0.25f, within(1e-6f));
  }

  @Test
  void theLabelOfAnEventIsOnTheScaleOfAnAnswer() throws Exception {
    float[] label = new float[3];
    WAY.target(event(WAY, after(WAY, "rail", "air"), "road"), label);
    assertThat(label).containsExactly(0, 0, 1);
    LATE.target(event(LATE, null, "1"), label);
    assertThat(label[0]).isEqualTo(1);
  }

  /** An ask is answered by what was observed, and leaves nothing. */
  @Test
  void aKeyKeepsItsRatesInItsLag() throws Exception {
    EncodedEvent lag = after(WAY, "rail", "air", "rail");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lag.asLag().writeLag(new DataOutputStream(bytes));
    EncodedEvent read = read(bytes.toByteArray());
    assertThat(read.numbers().moments()).isEqualTo(lag.numbers().moments());
    float[] outputs = {0.1f, -0.2f, 0.3f};
    assertThat(answer(WAY, event(WAY, read, null), outputs))
        .isEqualTo(answer(WAY, event(WAY, lag, null), outputs));
  }

  private static EncodedEvent read(byte[] bytes) throws IOException {
    return EncodedEvent.readLag(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  /** Random labels and contexts: the loss of every answer is finite, classes sum to 1. */
  @Test
  void noLossIsInfinite() throws Exception {
    AssociativeMemory model =
        new AssociativeMemory(8, 2, 3, new float[] {1, 0.5f}, Normalisation.UNIT);
    InputEncoder inputs = InputEncoder.projection(WAY, model.inputDim(), 1);
    KeyedReference reference = new KeyedReference(model, inputs);
    SplittableRandom random = new SplittableRandom(5);
    EncodedEvent lag = null;
    for (int i = 0; i < 500; i++) {
      String label = WAYS.get(random.nextInt(10) == 0 ? 2 : random.nextInt(2));
      EncodedEvent raw =
          WAY.encode(WAY.newEvent().set("item", "i" + random.nextInt(5)).target(label));
      EncodedEvent standardised = WAY.standardised(raw, lag);
      ReferenceModel.Step step = reference.step("k", raw);
      float[] answer = answer(WAY, standardised, step.output());
      WAY.settle(standardised, step.output(), 0);
      lag = standardised;
      assertThat(answer[0] + answer[1] + answer[2]).isCloseTo(1, within(1e-5f));
      assertThat(answer).as("event %d", i).doesNotContain(0f, 1f);
    }
  }

  @Test
  void aSchemaIsReadAsItIsWritten() {
    for (Schema schema : List.of(LATE, LEFT)) {
      assertThat(SchemaJson.parse(SchemaJson.write(schema))).isEqualTo(schema);
    }
    assertThat(SchemaJson.parse(SchemaJson.write(WAY)).target().prior())
        .isEqualTo(WAY.target().prior());
    Schema rounded = way("{\"rates\": [0.5, 0.25, 0.26]}");
    assertThat(rounded.target().prior().rates())
        .containsExactly(0.5 / 1.01, 0.25 / 1.01, 0.26 / 1.01);
    assertThat(SchemaJson.write(SchemaJson.parse(SchemaJson.write(rounded))))
        .isEqualTo(SchemaJson.write(rounded));
    assertThat(way("{}").target().prior()).isEqualTo(Prior.even(3, 5));
  }

  private static Schema way(String prior) {
    return SchemaJson.parse(
        """
        {"fields": [{"name": "item", "encoder": "hashed", "buckets": 64}],
         "target": {"name": "way", "encoder": "class", "classes": ["air", "rail", "road"],
                    "prior": %s}}
        """
            .replace("%s", prior));
  }

  /** The part of a schema that memories and weights depend on has no new members. */
  @Test
  void aSchemaWithoutAPriorIsWrittenAsBefore() {
    assertThat(SchemaJson.write(Schema.of(FIELDS, new Target.Binary("late"))))
        .endsWith("\"target\":{\"name\":\"late\",\"encoder\":\"binary\"}}");
    assertThat(SchemaJson.write(Schema.of(FIELDS, new Residual("late", 1, 1))))
        .doesNotContain("events");
    assertThat(LATE.withConstants(java.util.Map.of()))
        .isEqualTo(Schema.of(FIELDS, new Target.Binary("late")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"rates\": [0.5, 0.5]} | the prior has 2 rates, must have 3",
        "{\"rates\": [0.5, 0.5, 0.5]} | the rates sum to 1.5, must sum to 1",
        "{\"rates\": [0, 0.5, 0.5]} | a rate is 0.0, must be in 1.0E-6 ... 0.999999",
        "{\"rates\": 0.5} | must be a list",
        "{\"rates\": [\"a\"]} | must be a list of numbers",
        "{\"rate\": 0.5} | prior has unknown members [rate]",
        "{\"events\": 0} | events is 0.0, must be in 0.1 ... 1,000,000"
      })
  void aPriorThatIsNoneIsRefused(String prior, String message) {
    assertThatThrownBy(() -> way(prior))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target way")
        .hasMessageContaining(message);
  }

  @Test
  void anotherPriorIsNamedAsADifference() {
    Schema before = Schema.of(FIELDS, new Target.Binary("late"));
    assertThat(SchemaDifference.between(before, LATE))
        .isEqualTo(
            "the target was Binary[name=late], is Binary[name=late, prior=Prior[rates=[0.2],"
                + " events=4.0]]");
    assertThat(SchemaDifference.between(WAY, way("{}")))
        .contains("the prior of target way was Prior[rates=[0.5, 0.3, 0.2], events=4.0], is Prior");
  }
}
