package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schemas of events with two keys, and the target of the second memory. */
class TwoKeysTest {
  private static final String FIELDS =
      "\"fields\": [{\"name\": \"item\", \"encoder\": \"hashed\", \"buckets\": 8}]";

  private static Schema parse(String keys) {
    return SchemaJson.parse("{" + keys + ", " + FIELDS + "}");
  }

  @Test
  void keysAreReadInTheirOrderAndWrittenBack() {
    Schema schema = parse("\"keys\": [\"user\", \"item\"], \"time\": \"at\"");
    assertThat(schema.key()).isEqualTo("user");
    assertThat(schema.secondKey()).isEqualTo("item");
    assertThat(schema.columns()).containsExactly("user", "item", "at", "item");
    assertThat(SchemaJson.write(SchemaJson.parse(SchemaJson.write(schema))))
        .isEqualTo(SchemaJson.write(schema))
        .contains("\"keys\":[\"user\",\"item\"]");
    assertThat(schema.withoutColumns()).doesNotContain("keys");
  }

  @Test
  void aChangedSchemaKeepsBothKeys() {
    Schema schema = parse("\"keys\": [\"user\", \"item\"], \"time\": \"at\"");
    assertThat(schema.withId("number").secondKey()).isEqualTo("item");
    assertThat(schema.withConstants(Map.of()).secondKey()).isEqualTo("item");
  }

  @Test
  void oneOfKeysIsAKey() {
    Schema schema = parse("\"keys\": [\"user\"]");
    assertThat(schema.secondKey()).isNull();
    assertThat(SchemaJson.write(schema)).contains("\"key\":\"user\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"keys\": []| names 0 columns",
        "\"keys\": [\"a\", \"b\", \"c\"]| names 3 columns",
        "\"keys\": [\"a\", \"a\"]| must be two columns",
        "\"key\": \"a\", \"keys\": [\"a\", \"b\"]| both 'key' and 'keys'",
        "\"keys\": \"a\"| must be a list"
      })
  void otherKeysAreRefused(String keys, String reason) {
    assertThatThrownBy(() -> parse(keys))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason.trim());
  }

  @Test
  void aResidualIsDividedByItsDeviationAndClipped() throws Exception {
    Residual residual = new Residual("rating", 2, 0.5);
    float[] encoded = new float[2];
    assertThat(residual.encode(new float[] {-0.25f, 9}, encoded)).isZero();
    assertThat(encoded).containsExactly(-0.5f, 8);
    float[] answer = new float[2];
    residual.predict(new float[] {7, -0.5f, 3}, 1, false, answer);
    assertThat(answer).containsExactly(-0.25f, 1.5f);
    Schema schema = Schema.of(List.of(new Field.Hashed("item", 8)), residual);
    assertThat(SchemaJson.parse(SchemaJson.write(schema)).target()).isEqualTo(residual);
  }

  @Test
  void aResidualThatIsNoVectorOfItsSizeIsMalformed() {
    Residual residual = new Residual("rating", 2, 1);
    for (Object value : new Object[] {null, "1", new float[1]}) {
      assertThatThrownBy(() -> residual.encode(value, new float[2]))
          .isInstanceOf(MalformedEventException.class)
          .hasMessageContaining("no vector of 2 floats");
    }
    assertThatThrownBy(() -> residual.encode(new float[] {1, Float.NaN}, new float[2]))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("NaN, must be finite");
  }

  @Test
  void anEventTakesOverAPartOfAnother() throws Exception {
    Schema whole =
        Schema.of(
            List.of(new Field.Hashed("user", 8), new Field.Numeric("price", 0, 1)),
            new Target.Binary("bought"));
    Schema part = Schema.of(List.of(new Field.Numeric("price", 0, 1)), new Target.Binary("bought"));
    RawEvent event =
        whole
            .newEvent()
            .timestamp(5)
            .contextTimestamp(3)
            .id("a")
            .set("user", "u")
            .set("price", 2)
            .target(true);
    RawEvent taken = part.newEvent().take(event, new int[] {1});
    event.set("price", 9).target(false);
    assertThat(taken.contextTimestamp()).isEqualTo(3);
    assertThat(taken.id()).isEqualTo("a");
    EncodedEvent encoded = part.encode(taken);
    assertThat(encoded.timestamp()).isEqualTo(5);
    assertThat(encoded.observe()).isTrue();
    assertThat(encoded.weights()).containsExactly(2);
    assertThat(encoded.target()).containsExactly(1);
    assertThat(part.newEvent().take(event.ask(), new int[] {1}).observes()).isFalse();
  }
}
