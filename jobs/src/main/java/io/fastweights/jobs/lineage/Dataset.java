package io.fastweights.jobs.lineage;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.streaming.api.lineage.DatasetSchemaFacet;
import org.apache.flink.streaming.api.lineage.DatasetSchemaField;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;

/**
 * A dataset that a job reads or writes. Its names follow <a
 * href="https://openlineage.io/docs/spec/naming">OpenLineage</a>: namespace and name are what other
 * tools call the same place. No option of a client is in it, as these may hold passwords.
 *
 * @param columns their types by their names; empty if they are not known
 */
public record Dataset(String namespace, String name, Map<String, String> columns)
    implements LineageDataset {
  private static final String SCHEMA = "schema";

  public Dataset {
    columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
  }

  /** A local file, or a folder of files. */
  public static Dataset ofFile(Path path, Map<String, String> columns) {
    return new Dataset("file", path.toAbsolutePath().normalize().toString(), columns);
  }

  /**
   * A topic.
   *
   * @param brokers as HOST:PORT, more than one with commas between: the first names the cluster
   */
  public static Dataset ofTopic(String brokers, String topic, Map<String, String> columns) {
    return new Dataset("kafka://" + brokers.split(",", 2)[0].strip(), topic, columns);
  }

  @Override
  public Map<String, LineageDatasetFacet> facets() {
    return columns.isEmpty() ? Map.of() : Map.of(SCHEMA, new Columns(columns));
  }

  private record Column(String name, String type) implements DatasetSchemaField<String> {}

  private record Columns(Map<String, String> types) implements DatasetSchemaFacet {
    @Override
    public String name() {
      return SCHEMA;
    }

    /** The types are texts; the interface leaves them to the caller. */
    @Override
    @SuppressWarnings("unchecked")
    public <T> Map<String, DatasetSchemaField<T>> fields() {
      Map<String, DatasetSchemaField<T>> fields = new LinkedHashMap<>();
      types.forEach(
          (name, type) ->
              fields.put(
                  name, (DatasetSchemaField<T>) (DatasetSchemaField<?>) new Column(name, type)));
      return fields;
    }
  }
}
