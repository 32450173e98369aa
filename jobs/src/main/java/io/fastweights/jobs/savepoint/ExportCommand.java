package io.fastweights.jobs.savepoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.weights.Safetensors;
import io.fastweights.kernels.weights.SafetensorsWriter;
import io.fastweights.state.savepoint.KeyFigures;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fastweights export}: memories as tensors for another program. */
@Command(
    name = "export",
    description = "Write keys' memories from a savepoint into a safetensors file.",
    footer = {
      "",
      "One F32 tensor for each key, named by the key's text, of shape [layers, heads, rows,",
      "columns]: W with its log replayed. The metadata tells recipe, operator and, as JSON under",
      "\"memories\", each key's events and the time of the last. Keys are read twice and written one",
      "at a time, so the file may be larger than memory."
    })
public final class ExportCommand implements Callable<Integer> {
  private static final String RESERVED = "__metadata__";

  @Spec private CommandSpec command;

  @Mixin private SavepointOptions from;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Takes the memories, safetensors.")
  private Path out;

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "KEY",
      description = "Only these keys, with commas between.")
  private List<String> keys;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Only so many keys of most events. Without --keys and --top: all keys.")
  private Integer top;

  @Override
  public Integer call() throws Exception {
    if (keys != null && top != null) {
      throw new ParameterException(command.commandLine(), "--keys or --top, not both");
    }
    if (top != null && (top < 1 || top > Safetensors.MAX_TENSORS)) {
      throw new ParameterException(
          command.commandLine(),
          "--top is " + top + ", must be within 1 and " + Safetensors.MAX_TENSORS);
    }
    MemorySavepoint savepoint = from.open();
    try (SavepointCluster cluster = new SavepointCluster(from.parallelism())) {
      Map<String, KeyFigures> chosen = choose(savepoint, cluster);
      write(savepoint, cluster, chosen);
      command
          .commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "%,d memories of %,d bytes written to %s%n",
              chosen.size(),
              (long) Float.BYTES * savepoint.shape().floats(),
              out)
          .flush();
    }
    return 0;
  }

  private Map<String, KeyFigures> choose(MemorySavepoint savepoint, SavepointCluster cluster)
      throws Exception {
    if (keys != null) {
      return named(savepoint, cluster);
    }
    int most = top == null ? Safetensors.MAX_TENSORS : top;
    MemorySummary summary = new MemorySummary(most);
    cluster.figures(savepoint, summary);
    long all = summary.figures().get("keys").longValue();
    if (top == null && all > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %,d keys, a file takes at most %,d: choose with --keys or --top",
              savepoint.path(),
              all,
              most));
    }
    Map<String, KeyFigures> chosen = new TreeMap<>();
    for (KeyFigures key : summary.top()) {
      if (chosen.put(key.key(), key) != null || key.key().equals(RESERVED)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the text '%s' cannot name a tensor: it is not of one key alone",
                key.key()));
      }
    }
    return chosen;
  }

  private Map<String, KeyFigures> named(MemorySavepoint savepoint, SavepointCluster cluster)
      throws Exception {
    Set<String> wanted = new LinkedHashSet<>(keys);
    Map<String, KeyFigures> chosen = new HashMap<>();
    cluster.figures(
        savepoint,
        figures -> {
          if (wanted.contains(figures.key())) {
            chosen.put(figures.key(), figures);
          }
        });
    for (String key : wanted) {
      if (!chosen.containsKey(key)) {
        throw NearestKeys.refusal(key, savepoint, cluster);
      }
    }
    return new TreeMap<>(chosen);
  }

  private void write(
      MemorySavepoint savepoint, SavepointCluster cluster, Map<String, KeyFigures> chosen)
      throws Exception {
    MemoryShape shape = savepoint.shape();
    int[] dimensions = {shape.layers(), shape.heads(), shape.rows(), shape.columns()};
    Map<String, int[]> shapes = new LinkedHashMap<>();
    chosen.keySet().forEach(key -> shapes.put(key, dimensions));
    try (SafetensorsWriter writer =
        new SafetensorsWriter(out, metadata(savepoint, chosen), shapes)) {
      cluster.memories(savepoint, chosen.keySet(), memory -> write(writer, memory));
      writer.finish();
    }
  }

  private static void write(SafetensorsWriter writer, NamedMemory memory) {
    try {
      writer.write(memory.key(), memory.weights());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> metadata(
      MemorySavepoint savepoint, Map<String, KeyFigures> chosen) {
    ObjectNode memories = new ObjectMapper().createObjectNode();
    chosen.forEach(
        (key, figures) ->
            memories
                .putObject(key)
                .put("events", figures.events())
                .put("last_event", Instant.ofEpochMilli(figures.lastEvent()).toString()));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("content", "fastweights memories");
    metadata.put("operator", savepoint.uid());
    metadata.put("recipe", savepoint.recipe().toString());
    metadata.put("memories", memories.toString());
    return metadata;
  }
}
