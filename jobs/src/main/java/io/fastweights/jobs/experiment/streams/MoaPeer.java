package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.process.ChildJvm;
import io.fastweights.jobs.process.TimedCommand;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Learners of MOA (Bifet et al. 2010) on the events of an experiment, in their order: each is
 * predicted and then learned, with the learner's default options and seed.
 *
 * @param jars of MOA
 * @param limit for each learner
 */
record MoaPeer(MoaJars jars, Duration limit) {
  private static final String EVENTS = "events.arff";
  private static final String COUNT = "classified instances";
  private static final String ACCURACY = "classifications correct (percent)";

  /**
   * @param name in figures
   * @param title in the table
   * @param type class of MOA, below moa.classifiers
   */
  record Learner(String name, String title, String type) {}

  /** The quickest first. */
  static final List<Learner> LEARNERS =
      List.of(
          new Learner("noChange", "last class, MOA", "functions.NoChange"),
          new Learner("naiveBayes", "naive Bayes, MOA", "bayes.NaiveBayes"),
          new Learner("hoeffdingTree", "Hoeffding tree, MOA", "trees.HoeffdingTree"),
          new Learner("leveragingBag", "leveraging bagging, MOA", "meta.LeveragingBag"),
          new Learner(
              "adaptiveRandomForest", "adaptive random forest, MOA", "meta.AdaptiveRandomForest"));

  /**
   * Adds what each learner scores; one that fails is told in a line.
   *
   * @param events CSV with the columns of the schema, numbers but for the target
   * @param work takes files
   */
  void compare(Path events, Schema schema, Path work, StreamTable table, PrintWriter problems)
      throws IOException {
    long count = arff(events, schema, work.resolve(EVENTS));
    table.peer("MOA " + jars.version() + ", default options and seeds");
    for (Learner learner : LEARNERS) {
      try {
        table.add(learner.title(), "moa." + learner.name(), accuracy(learner, count, work));
      } catch (IOException e) {
        problems.println("fastweights: " + learner.title() + ": " + e.getMessage());
      }
    }
  }

  /** Writes the fields and then the target; returns the number of events. */
  static long arff(Path events, Schema schema, Path to) throws IOException {
    List<String> columns = new ArrayList<>(schema.fields().stream().map(Field::name).toList());
    columns.add(schema.target().name());
    List<String> lines = Files.readAllLines(events);
    List<String> header = List.of(lines.get(0).split(","));
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(to))) {
      out.println("@relation events");
      for (String column : columns) {
        boolean target = column.equals(schema.target().name());
        out.println("@attribute " + column + (target ? " {0,1}" : " numeric"));
      }
      out.println("@data");
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.split(",", -1);
        List<String> event = columns.stream().map(name -> cells[header.indexOf(name)]).toList();
        out.println(String.join(",", event).replaceAll("(?<=^|,)(?=,|$)", "?"));
      }
      if (out.checkError()) {
        throw new IOException("cannot write " + to);
      }
    }
    return lines.size() - 1L;
  }

  private double accuracy(Learner learner, long events, Path work) throws IOException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(ChildJvm.options());
    command.addAll(List.of("-Djava.awt.headless=true", "-cp", jars.classPath(), "moa.DoTask"));
    // A file relative to the working directory: a blank in a path would end the option.
    command.add(
        String.format(
            Locale.ROOT,
            "EvaluatePrequential -l %s -s (ArffFileStream -f %s)"
                + " -e BasicClassificationPerformanceEvaluator -i -1 -f %d",
            learner.type(),
            EVENTS,
            Integer.MAX_VALUE));
    TimedCommand.Output output = TimedCommand.run(work, limit, command);
    return accuracy(output, events);
  }

  /**
   * The last line of the CSV that MOA prints. MOA ends with status 0 whatever happens.
   *
   * @throws IOException if it has no accuracy of so many events; the message is MOA's
   */
  static double accuracy(TimedCommand.Output output, long events) throws IOException {
    List<String> lines = output.out().lines().filter(line -> line.contains(",")).toList();
    List<String> header = lines.isEmpty() ? List.of() : List.of(lines.get(0).split(","));
    if (lines.size() < 2 || !header.contains(COUNT) || !header.contains(ACCURACY)) {
      throw new IOException(complaint(output.err() + "\n" + output.out()));
    }
    String[] last = lines.get(lines.size() - 1).split(",");
    double count = Double.parseDouble(last[header.indexOf(COUNT)]);
    if (count != events) {
      throw new IOException(String.format(Locale.ROOT, "%.0f of %d events", count, events));
    }
    return Double.parseDouble(last[header.indexOf(ACCURACY)]) / 100;
  }

  /** The line of a program's output that tells why it failed. */
  static String complaint(String output) {
    List<String> lines =
        output
            .lines()
            .map(line -> line.replaceAll("\\u001B\\[[0-9;]*m", "").strip())
            .filter(line -> !line.isEmpty())
            .toList();
    return lines.stream()
        .filter(line -> line.matches("(?i).*(error|exception)\\b.*"))
        .findFirst()
        .orElse(lines.isEmpty() ? "no output" : lines.get(lines.size() - 1));
  }
}
