package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.kernels.Allocations;
import java.nio.charset.StandardCharsets;

/** Any text as a schema: one that is written and read as it is, or what is wrong with it. */
class SchemaJsonFuzzTest {
  private static final int TIMES_INPUT = 256;

  @FuzzTest
  void anyTextIsASchemaOrRefused(byte[] bytes) {
    Schema schema = Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
    if (schema != null) {
      String written = SchemaJson.write(schema);
      assertThat(SchemaJson.write(SchemaJson.parse(written))).isEqualTo(written);
    }
  }

  private static Schema readOrRefuse(byte[] bytes) {
    try {
      return SchemaJson.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
      return null;
    }
  }
}
