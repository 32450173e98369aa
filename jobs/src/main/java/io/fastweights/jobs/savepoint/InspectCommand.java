package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.ModelOptions;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.state.savepoint.KeyFigures;
import io.fastweights.state.savepoint.MatrixFigures;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fastweights inspect}: statistics of a savepoint's memories. */
@Command(
    name = "inspect",
    description = "Show what the memories in a savepoint amount to, or look into one key's.",
    footer = {
      "",
      "Savepoints and retained checkpoints, canonical or native, of RocksDB or the heap backend,",
      "with keys of any type; a key is named by its text. A model is needed for --ask only.",
      "",
      "Norm is the Frobenius norm of W. Effective rank and rows are participation ratios:",
      "(sum x^2)^2 / sum x^4 over the singular values or the rows' lengths."
    })
public final class InspectCommand implements Callable<Integer> {
  private static final int ROWS_SHOWN = 3;

  @Spec private CommandSpec command;

  @Mixin private SavepointOptions from;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "10",
      description = "So many keys of most events (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Look into this key's memory instead, and draw it.")
  private String key;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "With --key: takes the heat map (default: memory-KEY.html).")
  private Path html;

  @Option(
      names = "--ask",
      split = ",",
      paramLabel = "FIELD=VALUE",
      description =
          "With --key and the --schema or --weights of the job: what the memory answers to an event"
              + " of these values, at the time of the key's last event. * stands for each value of a"
              + " categorical field. The key's last event, an input of trained models, is left out.")
  private List<String> ask;

  @Option(
      names = "--second-key",
      paramLabel = "KEY",
      description =
          "With --ask, where the schema has two keys and both have trained weights: the second one's."
              + " --key is the first one's, and the memories of both answer.")
  private String secondKey;

  @Mixin private ModelOptions model;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    if (top < 0) {
      throw new ParameterException(
          command.commandLine(), "--top is " + top + ", must not be negative");
    }
    if (ask != null && key == null) {
      throw new ParameterException(command.commandLine(), "--ask needs --key: whose memory?");
    }
    if (secondKey != null && ask == null) {
      throw new ParameterException(command.commandLine(), "--second-key is for --ask");
    }
    MemorySavepoint savepoint = secondKey == null ? from.open() : from.openFirst();
    try (SavepointCluster cluster = new SavepointCluster(from.parallelism())) {
      if (key == null) {
        summarise(savepoint, cluster);
      } else {
        lookInto(savepoint, cluster);
      }
    }
    return 0;
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private void print(String format, Object... arguments) {
    out().printf(Locale.ROOT, format + "%n", arguments);
  }

  private void summarise(MemorySavepoint savepoint, SavepointCluster cluster) throws Exception {
    MemorySummary summary = new MemorySummary(top);
    cluster.figures(savepoint, summary);
    Figures figures = summary.figures();
    MemoryShape shape = savepoint.shape();
    print("operator      %s", savepoint.uid());
    print(
        "              %d subtasks, %d key groups, keys of type %s",
        savepoint.parallelism(), savepoint.maxParallelism(), savepoint.keyType());
    print("format        %s", savepoint.format());
    print(
        "memory        [layers, heads, rows, columns] = %s, %,d bytes",
        shape, (long) Float.BYTES * shape.floats());
    print("recipe        %s", savepoint.recipe());
    print("keys          %,14d", figures.get("keys").longValue());
    print("  without base%,14d", figures.get("keysWithoutBase").longValue());
    print("events        %,14d", figures.get("events").longValue());
    print("  in logs     %,14d", figures.get("loggedEvents").longValue());
    print("base bytes    %,14d", figures.get("baseBytes").longValue());
    print("log bytes     %,14d", figures.get("logBytes").longValue());
    long lost = figures.get("notFinite").longValue();
    if (lost > 0) {
      print(
          "not finite    %,14d  'rewrite --reset' empties them: %s%s",
          lost,
          String.join(", ", summary.lostKeys()),
          lost > summary.lostKeys().size() ? ", ..." : "");
    }
    print("mean norm     %14.3f", figures.get("meanNorm").doubleValue());
    print("largest norm  %14.3f", figures.get("largestNorm").doubleValue());
    print("");
    printSizes(summary.keysBySize());
    printTop(summary.top());
    out().flush();
    json.write(figures);
  }

  private void printSizes(long[] keysBySize) {
    print("%-18s%10s", "events of a key", "keys");
    for (int i = 0; i < keysBySize.length; i++) {
      if (keysBySize[i] > 0) {
        long least = 1L << i;
        String range =
            least == 1 ? "1" : String.format(Locale.ROOT, "%,d to %,d", least, 2 * least - 1);
        print("%-18s%,10d", range, keysBySize[i]);
      }
    }
  }

  private void printTop(List<KeyFigures> keys) {
    if (keys.isEmpty()) {
      return;
    }
    int width = Math.max(3, keys.stream().mapToInt(k -> k.key().length()).max().orElse(0));
    print("");
    String layout = "%-" + width + "s %12s  %-24s %10s %8s %12s %12s";
    print(layout, "key", "events", "last event", "norm", "in log", "base bytes", "log bytes");
    for (KeyFigures k : keys) {
      print(
          "%-" + width + "s %,12d  %-24s %10.3f %,8d %,12d %,12d",
          k.key(),
          k.events(),
          Instant.ofEpochMilli(k.lastEvent()),
          k.norm(),
          k.logged(),
          k.baseBytes(),
          k.logBytes());
    }
  }

  private void lookInto(MemorySavepoint savepoint, SavepointCluster cluster) throws Exception {
    NamedMemory memory = memory(savepoint, key, cluster);
    Figures figures =
        new Figures().put("events", memory.events()).put("lastEvent", memory.lastEvent());
    print("key           %s", memory.key());
    print("events        %,d", memory.events());
    print("last event    %s", Instant.ofEpochMilli(memory.lastEvent()));
    print("");
    if (ask != null) {
      try (MemoryQuestion question = question(savepoint, memory, cluster)) {
        question.print(MemoryQuestion.values(ask), question.lastEvent(), out());
      }
    }
    printHeads(savepoint.shape(), memory.weights(), figures);
    Path page = html == null ? Path.of(fileName(key)) : html;
    new MemoryPage(savepoint.shape(), memory).write(page);
    print("heat map written to %s", page);
    out().flush();
    json.write(figures);
  }

  private static NamedMemory memory(MemorySavepoint of, String key, SavepointCluster cluster)
      throws Exception {
    List<NamedMemory> found = new ArrayList<>();
    cluster.memories(of, Set.of(key), found::add);
    if (found.isEmpty()) {
      throw NearestKeys.refusal(key, of, cluster);
    }
    return found.get(0);
  }

  private MemoryQuestion question(
      MemorySavepoint savepoint, NamedMemory memory, SavepointCluster cluster) throws Exception {
    JobModel asked = model.read(new Configuration());
    Schema schema = asked.schema();
    if (asked.weights() == null) {
      JobModel.requireOneKey(
          schema,
          "questions to memories without weights take",
          "--key without --ask shows a memory, of second keys with --uid fast-weights-second");
    }
    if (schema.secondKey() == null && secondKey != null) {
      throw new IllegalArgumentException(
          "--second-key is '" + secondKey + "', and the schema has one key: leave it out");
    }
    if (schema.secondKey() == null) {
      return new MemoryQuestion(asked, new Configuration(), savepoint, memory);
    }
    if (secondKey == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the schema has two keys, %s and %s: give the second one's as --second-key",
              schema.key(),
              schema.secondKey()));
    }
    MemorySavepoint seconds = from.openSecond();
    NamedMemory second = memory(seconds, secondKey, cluster);
    return new MemoryQuestion(asked, new Configuration(), savepoint, memory, seconds, second);
  }

  private static String fileName(String key) {
    return "memory-" + key.replaceAll("[^A-Za-z0-9._-]", "_") + ".html";
  }

  private void printHeads(MemoryShape shape, float[] w, Figures figures) {
    print(
        "%5s %4s %10s %10s %13s %15s %14s  %s",
        "layer",
        "head",
        "norm",
        "largest",
        "rows used",
        "effective rows",
        "effective rank",
        "largest rows (length)");
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (int head = 0; head < shape.heads(); head++) {
        int at = shape.offset(layer, head);
        MatrixFigures m = MatrixFigures.of(w, at, shape.rows(), shape.columns());
        print(
            "%5d %4d %10.4f %10.4f %13s %15.1f %14.2f  %s",
            layer + 1,
            head + 1,
            m.norm(),
            m.largest(),
            m.usedRows() + "/" + shape.rows(),
            m.effectiveRows(),
            m.effectiveRank(),
            largestRows(w, at, shape));
        String name = "layer" + layer + "Head" + head;
        figures
            .put(name + "Norm", m.norm())
            .put(name + "UsedRows", m.usedRows())
            .put(name + "EffectiveRows", m.effectiveRows())
            .put(name + "EffectiveRank", m.effectiveRank());
      }
    }
    print("");
  }

  private static String largestRows(float[] w, int at, MemoryShape shape) {
    return MatrixFigures.largestRows(w, at, shape.rows(), shape.columns(), ROWS_SHOWN).stream()
        .map(row -> String.format(Locale.ROOT, "%d (%.3f)", row.row(), row.norm()))
        .collect(Collectors.joining(", "));
  }
}
