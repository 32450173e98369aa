package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.numeric.Sums;
import io.fastweights.kernels.schema.items.ItemScores;
import io.fastweights.kernels.schema.items.Items;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemsTest {
  /** By another implementation. */
  private static final long HASH_OF_FILM_1 = 8190951927978423857L;

  private static final String SIGNS_OF_FILM_1 =
      "0011101000001011010010011111010000001010111110100010100001110010"
          + "0110011000011100111100101111110010000100100110110101110001001110";
  private static final long HASH_BEYOND_ASCII = 194675023035058419L;
  private static final Schema SCHEMA =
      Schema.of(List.of(new Field.Hashed("page", 8)), new Target.Item("item", 64));

  private static float[] embedding(String id, int size) {
    float[] embedding = new float[size];
    Items.embed(Items.hash(id), size, embedding);
    return embedding;
  }

  /** A change of one bit would make every stored memory of items useless. */
  @Test
  void anEmbeddingHasTheSameBitsForEver() {
    assertThat(Items.hash("film 1")).isEqualTo(HASH_OF_FILM_1);
    StringBuilder signs = new StringBuilder();
    for (float value : embedding("film 1", 128)) {
      assertThat(Math.abs(value)).isEqualTo((float) Math.sqrt(1 / 128.0));
      signs.append(value > 0 ? '1' : '0');
    }
    assertThat(signs).hasToString(SIGNS_OF_FILM_1);
    assertThat(Items.hash("Ärger\uD83D\uDE00")).isEqualTo(HASH_BEYOND_ASCII);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64, 200})
  void dotProductsOfTwoItemsAreZeroButForNoiseOfTheRootOfTheSize(int size) {
    double sum = 0;
    double squares = 0;
    int pairs = 4000;
    for (int i = 0; i < pairs; i++) {
      float[] one = embedding("one " + i, size);
      double dot = Sums.products(one, 0, embedding("other " + i, size), 0, size);
      sum += dot;
      squares += dot * dot;
      assertThat((double) Sums.squares(one, 0, size)).isCloseTo(1, within(1e-5));
    }
    double deviation = Math.sqrt(1.0 / size);
    assertThat(sum / pairs).isCloseTo(0, within(4 * deviation / Math.sqrt(pairs)));
    assertThat(Math.sqrt(squares / pairs)).isCloseTo(deviation, within(0.05 * deviation));
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 64, 72, 1024})
  void aScoreIsTheDotProductOfEmbeddingAndReadOut(int size) {
    ItemScores scores = new ItemScores(size);
    SplittableRandom random = new SplittableRandom(size);
    for (int i = 0; i < 50; i++) {
      float[] readOut = new float[size];
      for (int j = 0; j < size; j++) {
        readOut[j] = (float) random.nextGaussian();
      }
      scores.readOut(readOut);
      double dot = Sums.products(readOut, 0, embedding("item " + i, size), 0, size);
      assertThat((double) scores.of(Items.hash("item " + i))).isCloseTo(dot, within(1e-4));
    }
  }

  @Test
  void anItemIsEncodedByItsIdWithoutBlanksAroundIt() throws Exception {
    Target.Item target = new Target.Item("item", 64);
    float[] encoded = new float[64];
    float[] again = new float[64];
    assertThat(target.encode(" 242 ", encoded)).isEqualTo(target.encode(242.0, again));
    assertThat(encoded).isEqualTo(again).isEqualTo(embedding("242", 64));
    assertThatThrownBy(() -> target.encode(" ", encoded))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("target item is missing");
    assertThatThrownBy(() -> target.encode(null, encoded)).hasMessage("target item is missing");
  }

  @Test
  void candidatesAreRefusedIfTheyAreTooManyOrBlank() throws Exception {
    RawEvent event = SCHEMA.newEvent();
    assertThat(event.candidates()).isNull();
    assertThat(event.candidates(List.of(" a", "b")).candidates().ids()).containsExactly("a", "b");
    event.candidates(Collections.nCopies(10_001, "a"));
    assertThatThrownBy(event::candidates)
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the event's list of candidates has 10,001 items, must have at most 10,000");
    event.candidates(List.of("a", " "));
    assertThatThrownBy(event::candidates)
        .hasMessage("item 2 of the event's list of candidates is blank");
    event.clear();
    assertThat(event.candidates()).isNull();
    assertThatThrownBy(() -> new RawEvent(1).candidates(List.of("a")))
        .hasMessage("candidates are ranked where the target is an item");
  }

  @Test
  void aSchemaOfItemsIsReadAndWritten() {
    String json =
        "{\"key\":\"user\",\"time\":\"time\",\"fields\":[{\"name\":\"last\",\"encoder\":\"lastTarget\"}],"
            + "\"target\":{\"name\":\"item\",\"encoder\":\"item\",\"size\":128},\"candidates\":\"shown\"}";
    Schema schema = SchemaJson.parse(json);
    assertThat(schema.target()).isEqualTo(new Target.Item("item", 128));
    assertThat(schema.columns()).containsExactly("user", "time", "shown", "item");
    assertThat(schema.singleColumns()).containsExactly("user", "time", "item");
    assertThat(SchemaJson.write(schema)).isEqualTo(json);
    assertThat(SchemaJson.parse(json.replace(",\"size\":128", "")).target().dim()).isEqualTo(64);
    assertThat(schema.withoutColumns())
        .as("memories do not depend on the column of the candidates")
        .isEqualTo(
            SchemaJson.parse(json.replace(",\"candidates\":\"shown\"", "")).withoutColumns());
    assertThatThrownBy(() -> SchemaJson.parse(json.replace("128", "100")))
        .hasMessage("target item: size is 100, must be a multiple of 8 in 8 ... 1024");
    assertThatThrownBy(
            () ->
                SchemaJson.parse(
                    json.replace("\"item\",\"size\":128", "\"number\",\"mean\":0,\"deviation\":1")))
        .hasMessage("candidates: column shown is for a target whose encoder is item");
  }
}
