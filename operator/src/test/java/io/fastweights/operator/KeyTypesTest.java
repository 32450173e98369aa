package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

/** Keys that would not find their memories in another JVM are refused when the job is built. */
class KeyTypesTest {
  /** A key with an enum. */
  public record WithEnum(String name, TimeUnit unit) {}

  /** A key with an enum in a record of its own. */
  public record Nested(long id, WithEnum inner) {}

  /** A key with an array. */
  public record WithArray(byte[] bytes) {}

  /** A key with what Flink gives to Kryo. */
  public record WithGeneric(StringBuilder text) {}

  /** A key of parts that are the same everywhere. */
  public record Sound(String name, long id, BigDecimal price, Instant at, UUID uuid) {}

  private static void refused(Class<?> key, String field) {
    assertThatThrownBy(() -> KeyTypes.check(TypeInformation.of(key)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key.getName())
        .hasMessageContaining(field);
  }

  @Test
  void theFieldIsNamed() {
    refused(WithEnum.class, "field unit is an enum of type " + TimeUnit.class.getName());
    refused(Nested.class, "field inner.unit is an enum");
    refused(WithArray.class, "field bytes is an array");
    refused(WithGeneric.class, "field text is a value that Kryo serializes");
    refused(TimeUnit.class, "the key is an enum");
    assertThatThrownBy(() -> KeyTypes.check(Types.TUPLE(Types.LONG, Types.ENUM(TimeUnit.class))))
        .hasMessageContaining("field f1 is an enum");
  }

  @Test
  void partsThatAreTheSameEverywhereAreTaken() {
    assertThatCode(() -> KeyTypes.check(TypeInformation.of(Sound.class)))
        .doesNotThrowAnyException();
    assertThatCode(() -> KeyTypes.check(Types.TUPLE(Types.LONG, Types.STRING)))
        .doesNotThrowAnyException();
  }

  @Test
  void aBuilderRefusesThem() {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    FastWeights<Trip> builder =
        TestModel.ASSOCIATIVE.on(
            FastWeights.on(
                env.fromData(OperatorHarness.TRIP, new Trip(0, "k", 0))
                    .keyBy(
                        trip -> new WithEnum(trip.key, TimeUnit.DAYS),
                        TypeInformation.of(WithEnum.class))));
    assertThatThrownBy(builder::build).hasMessageContaining("field unit is an enum");
  }
}
