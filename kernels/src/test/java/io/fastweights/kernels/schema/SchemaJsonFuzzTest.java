package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any text as a schema: one that is written and read as it is, or what is wrong with it. */
class SchemaJsonFuzzTest {

  @FuzzTest
  void anyTextIsASchemaOrRefused(byte[] bytes) {
    Schema schema;
    try {
      schema = SchemaJson.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    String written = SchemaJson.write(schema);
    assertThat(SchemaJson.write(SchemaJson.parse(written))).isEqualTo(written);
  }
}
