package io.fastweights.jobs.lineage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openlineage.flink.listener.OpenLineageJobStatusChangedListenerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobStatusChangedListener;
import org.apache.flink.core.execution.JobStatusChangedListenerFactory;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.runtime.execution.DefaultJobCreatedEvent;

/** Events of OpenLineage's own listener, in a file. */
public final class OpenLineageEvents {
  public static final String LISTENER = OpenLineageJobStatusChangedListenerFactory.class.getName();

  private static final ObjectMapper JSON = new ObjectMapper();

  private OpenLineageEvents() {}

  /** Options for a listener that writes to a file and asks no cluster for checkpoints. */
  public static Map<String, String> options(Path file) {
    return Map.of(
        "openlineage.transport.type", "file",
        "openlineage.transport.location", file.toString(),
        "openlineage.disableCheckpointTracking", "true");
  }

  /** Tells the listener of a job that is not run; it has no lineage but that of its connectors. */
  public static void created(StreamExecutionEnvironment environment, Path file) {
    StreamGraph graph = environment.getStreamGraph();
    JobStatusChangedListener listener =
        new OpenLineageJobStatusChangedListenerFactory()
            .createListener(
                new JobStatusChangedListenerFactory.Context() {
                  @Override
                  public Configuration getConfiguration() {
                    return Configuration.fromMap(options(file));
                  }

                  @Override
                  public ClassLoader getUserClassLoader() {
                    return OpenLineageEvents.class.getClassLoader();
                  }

                  @Override
                  public Executor getIOExecutor() {
                    return Runnable::run;
                  }
                });
    listener.onEvent(
        new DefaultJobCreatedEvent(
            new JobID(), "plain", graph.getLineageGraph(), RuntimeExecutionMode.STREAMING));
  }

  /** The event of the job's start. */
  public static JsonNode start(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      List<JsonNode> starts = new ArrayList<>();
      for (String line : lines.toList()) {
        JsonNode event = JSON.readTree(line);
        if (event.path("eventType").asText().equals("START")) {
          starts.add(event);
        }
      }
      return starts.get(0);
    }
  }

  /**
   * Namespace and name of each dataset.
   *
   * @param side inputs or outputs
   */
  public static List<String> names(JsonNode event, String side) {
    return datasets(event, side)
        .map(dataset -> dataset.get("namespace").asText() + " " + dataset.get("name").asText())
        .sorted()
        .toList();
  }

  /** Types of a dataset's columns. */
  public static Map<String, String> columns(JsonNode event, String side, String name) {
    Map<String, String> types = new LinkedHashMap<>();
    datasets(event, side)
        .filter(dataset -> dataset.get("name").asText().equals(name))
        .flatMap(dataset -> elements(dataset.at("/facets/schema/fields")))
        .forEach(field -> types.put(field.get("name").asText(), field.path("type").asText()));
    return types;
  }

  private static Stream<JsonNode> datasets(JsonNode event, String side) {
    return elements(event.get(side));
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
