package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaDifferenceTest {
  private static final Field CATEGORY =
      new Field.Categorical("category", List.of("books", "games", "wine"));
  private static final Field PRICE = new Field.Numeric("price", 10, 5);
  private static final Target CLICKED = new Target.Binary("clicked");
  private static final Schema SCHEMA = Schema.of(List.of(CATEGORY, PRICE), CLICKED);

  private static String from(Schema now) {
    return SchemaDifference.between(SCHEMA, now);
  }

  @Test
  void columnsDoNotCount() {
    assertThat(from(new Schema("user", "time", null, SCHEMA.fields(), CLICKED))).isEmpty();
  }

  @Test
  void fieldsThatCameAndWent() {
    assertThat(from(Schema.of(List.of(CATEGORY, new Field.Hashed("shop", 8)), CLICKED)))
        .isEqualTo("field price is gone; field shop is new");
  }

  @Test
  void aFieldOfAnotherEncoderOrScale() {
    assertThat(from(Schema.of(List.of(CATEGORY, new Field.Numeric("price", 10, 6)), CLICKED)))
        .isEqualTo(
            "field price was Numeric[name=price, mean=10.0, deviation=5.0],"
                + " is Numeric[name=price, mean=10.0, deviation=6.0]");
  }

  @Test
  void wordsOfAVocabulary() {
    Field other = new Field.Categorical("category", List.of("books", "a", "b", "wine", "c", "d"));
    assertThat(from(Schema.of(List.of(other, PRICE), CLICKED)))
        .isEqualTo("the words of field category lost 'games' and got 'a', 'b', 'c' and 1 more");
  }

  @Test
  void order() {
    Field turned = new Field.Categorical("category", List.of("games", "books", "wine"));
    assertThat(from(Schema.of(List.of(PRICE, turned), CLICKED)))
        .isEqualTo(
            "the words of field category stand in another order;"
                + " the fields stood as [category, price], now as [price, category]");
  }

  @Test
  void target() {
    assertThat(from(Schema.of(SCHEMA.fields(), new Target.Binary("bought"))))
        .isEqualTo("the target was Binary[name=clicked], is Binary[name=bought]");
    assertThat(from(Schema.of(SCHEMA.fields(), null)))
        .isEqualTo("the target was Binary[name=clicked], is none");
  }
}
