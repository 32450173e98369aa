package io.fastweights.jobs.values;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Locale;

/**
 * A schema as a registry answers it.
 *
 * @param schema its text; of Protobuf the descriptor in Base64, where that was asked for
 * @param schemaType AVRO, JSON or PROTOBUF; older registries leave out AVRO
 * @param references to the schemas that it names or imports
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record RegisteredSchema(String schema, String schemaType, List<Reference> references) {
  RegisteredSchema {
    schemaType = schemaType == null ? "AVRO" : schemaType.toUpperCase(Locale.ROOT);
    references = references == null ? List.of() : List.copyOf(references);
  }

  /**
   * Another schema of the registry.
   *
   * @param name by which the schema names or imports it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Reference(String name, String subject, int version) {}
}
