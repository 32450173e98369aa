package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Fields by their names. */
class RawEventTest {
  private final Schema schema =
      Schema.of(
          List.of(
              new Field.Categorical("category", List.of("books", "wine")),
              new Field.Numeric("price", 10, 5)),
          new Target.Binary("clicked"));

  @Test
  void aNameIsThePlaceInTheSchema() throws MalformedEventException {
    RawEvent named = schema.newEvent();
    named.timestamp(7).set("price", 20).set("category", "wine").target(true);
    RawEvent placed = schema.newEvent();
    placed.timestamp(7).set(0, "wine").set(1, 20).target(true);
    EncodedEvent event = schema.encode(named);
    assertThat(event.ids()).isEqualTo(schema.encode(placed).ids());
    assertThat(event.weights()).isEqualTo(schema.encode(placed).weights());
  }

  @Test
  void aMisspeltNameIsRefusedWithTheNearest() {
    RawEvent event = schema.newEvent();
    assertThatThrownBy(() -> event.set("categry", "wine"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the schema has no field 'categry'; did you mean category?");
    assertThatThrownBy(() -> schema.field("prise"))
        .hasMessage("the schema has no field 'prise'; did you mean price?");
  }

  @Test
  void theTargetIsNoField() {
    RawEvent event = schema.newEvent();
    assertThatThrownBy(() -> event.set("clicked", 1))
        .hasMessage("the schema has no field 'clicked': it is the target, which target(...) sets");
  }
}
