package io.fastweights.jobs.init;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventSample;
import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Target;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights init}: a schema from a sample of the events. */
@Command(
    name = "init",
    description = "Look at files of events and write a schema for 'run'.",
    footer = {
      "",
      "Reads the first events, chooses key, time and the encoder of each column, and says why in a",
      "line for each. What it could not decide it says too: the schema is a proposal, and JSON that",
      "you can edit (docs/events.md). It never overwrites a file."
    })
public final class InitCommand implements Callable<Integer> {
  private static final int SHOWN_TARGETS = 12;

  /** Written beside the schema, where the target is an item. */
  private static final String ITEMS = "items.txt";

  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files of events, folders of them, or patterns, as run takes them.")
  private List<Path> events;

  @Option(
      names = "--target",
      paramLabel = "COLUMN",
      description = "The column to predict; asked for on a terminal.")
  private String target;

  @Option(
      names = "--target-kind",
      paramLabel = "KIND",
      description = "Of the target: ${COMPLETION-CANDIDATES} (default: found by its values).")
  private TargetChoice.Kind kind;

  @Option(
      names = {"--key", "--keys"},
      paramLabel = "COLUMN[,COLUMN]",
      description =
          "The column whose values have a memory each, or two of them, as item,user (default: one"
              + " that is found).")
  private String keys;

  @Option(
      names = "--time",
      paramLabel = "COLUMN",
      description = "The column of the times (default: found).")
  private String time;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "schema.json",
      description = "Takes the schema (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Events to look at (default: ${DEFAULT-VALUE}).")
  private int sample;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(out)) {
      throw new IllegalArgumentException(
          "--out is " + out + ", which exists: init never overwrites a file");
    }
    if (sample < 1) {
      throw new IllegalArgumentException("--sample is " + sample + ", must be at least 1");
    }
    OutputFile.prepare("--out", out);
    StatusLine line = new StatusLine(command.commandLine().getOut());
    EventSample read =
        EventSample.of(
            events,
            sample,
            count -> line.update(() -> String.format(Locale.ROOT, "%,d events read", count)));
    line.update(() -> String.format(Locale.ROOT, "looking at %,d columns", read.columns().size()));
    Proposal proposal = new Proposal(read, keys, time, target);
    line.clear();
    String chosen = target == null ? ask(proposal) : target;
    if (target == null) {
      proposal = new Proposal(read, keys, time, chosen);
    }
    Schema schema = proposal.schema(chosen, kind);
    Path items = schema.target() instanceof Target.Item ? out.resolveSibling(ITEMS) : null;
    if (items != null && Files.exists(items)) {
      throw new IllegalArgumentException(items + " exists: init never overwrites a file");
    }
    // What run would say about the files it says now.
    EventFiles files = EventFiles.of(events, schema, file -> {});
    Files.writeString(out, json(schema), StandardOpenOption.CREATE_NEW);
    if (items != null) {
      Files.write(items, proposal.values(chosen), StandardOpenOption.CREATE_NEW);
    }
    print(read, proposal, files, schema, items);
    return 0;
  }

  /** The schema with a member a line. */
  private static String json(Schema schema) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    return mapper
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(mapper.readTree(SchemaJson.write(schema)))
        + "\n";
  }

  private String ask(Proposal proposal) {
    List<Column> candidates = proposal.targets();
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException(
          "no column could be a target: all are key, time or unique");
    }
    List<String> names = candidates.stream().map(Column::name).toList();
    Console console = System.console();
    if (console == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--target must name the column to predict, such as %s",
              String.join(", ", names.subList(0, Math.min(SHOWN_TARGETS, names.size())))));
    }
    for (int i = 0; i < names.size(); i++) {
      console.printf("%3d  %s, %,d values%n", i + 1, names.get(i), candidates.get(i).distinct());
    }
    String answer = console.readLine("Which column is to be predicted (number or name)? ");
    if (answer == null || answer.isBlank()) {
      throw new IllegalArgumentException("no target was chosen");
    }
    String trimmed = answer.trim();
    boolean number = trimmed.matches("\\d{1,6}") && !names.contains(trimmed);
    int place = number ? Integer.parseInt(trimmed) - 1 : -1;
    return place >= 0 && place < names.size() ? names.get(place) : trimmed;
  }

  /**
   * @param items file of the items; null where the target is none
   */
  private void print(
      EventSample read, Proposal proposal, EventFiles files, Schema schema, Path items) {
    PrintWriter printer = command.commandLine().getOut();
    files.notes().forEach(printer::println);
    if (schema.format().csv().decimal() == ',') {
      printer.println("numbers have a decimal comma");
    }
    printer.printf(
        Locale.ROOT,
        "%s%,d events of %,d columns%s%n%n",
        read.whole() ? "" : "the first ",
        read.rows().size(),
        read.columns().size(),
        read.unreadable() == 0
            ? ""
            : String.format(Locale.ROOT, "; %,d records are no events", read.unreadable()));
    int width = proposal.lines().keySet().stream().mapToInt(String::length).max().orElse(1);
    proposal
        .lines()
        .forEach(
            (column, why) -> printer.printf(Locale.ROOT, "%-" + width + "s  %s%n", column, why));
    if (!proposal.open().isEmpty()) {
      printer.println();
      proposal.open().forEach(line -> printer.println("not sure: " + line));
    }
    boolean sort = proposal.isOutOfOrder();
    if (sort) {
      printer.println(
          "not sure: events are not in the order of their times: --sort reads all first");
    }
    if (items != null) {
      printer.printf(Locale.ROOT, "%n%s written: the items of the sample, to rank%n", items);
    }
    printer.printf(Locale.ROOT, "%n%s written. Next:%n%n", out);
    printer.printf(
        Locale.ROOT,
        "    ./fastweights run --events %s --schema %s%s --output predictions%s%n",
        String.join(" ", events.stream().map(path -> quoted(path)).toList()),
        quoted(out),
        items == null ? "" : " --catalogue " + quoted(items),
        sort ? " --sort" : "");
    printer.flush();
  }

  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[\\w./:@%+=,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
