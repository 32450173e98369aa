package io.fastweights.jobs.experiment.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.process.TimedCommand;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MOA beside our figures, without MOA: a class of its name prints what MOA printed. */
class MoaPeerTest {
  private static final String OUTPUT =
      """
      learning evaluation instances,evaluation time (cpu seconds),classified instances,\
      classifications correct (percent),Kappa Statistic (percent)
      4.0,0.195657035,4.0,75.0,69.97295570003297
      """;

  /** Ends with status 0 after a failure, as MOA does. */
  private static final String FAKE =
      """
      package moa;
      public class DoTask {
        public static void main(String[] task) throws Exception {
          if (task[0].contains("NaiveBayes")) {
            System.err.println("Task failed. Reason: \\njava.lang.RuntimeException: no bayes\\n\\tat x");
            return;
          }
          if (task[0].contains("AdaptiveRandomForest")) {
            throw new OutOfMemoryError("no room");
          }
          long events = java.nio.file.Files.lines(java.nio.file.Path.of("events.arff"))
              .filter(line -> line.matches("[0-9.]+,[0-9.]+,[01]")).count();
          double correct = task[0].contains("LeveragingBag") ? 50 : 75;
          System.out.println("classified instances,classifications correct (percent)");
          System.out.println("1.0,0.0");
          System.out.println(events + ".0," + correct);
        }
      }
      """;

  @TempDir Path folder;

  private static Schema schema() {
    return SchemaJson.parse(
        """
        {"key": "market", "time": {"column": "time", "unit": "s"}, "constants": {"market": "NSW"},
         "fields": [{"name": "demand", "encoder": "numeric"},
                    {"name": "period", "encoder": "numeric"}],
         "target": {"name": "class", "encoder": "binary"}}
        """);
  }

  private Path events() throws IOException {
    return Files.writeString(
        folder.resolve("events.csv"),
        "time,period,class,demand\n0,0.5,1,2\n1,0.6,0,3\n2,0.7,1,4\n");
  }

  private static TimedCommand.Output printed(String out, String err) {
    return new TimedCommand.Output(0, out, err);
  }

  private MoaJars fake() throws IOException {
    Path source = Files.writeString(folder.resolve("DoTask.java"), FAKE);
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), source.toString());
    assertThat(status).isZero();
    Path jars = Files.createDirectory(folder.resolve("jars"));
    try (OutputStream file = Files.newOutputStream(jars.resolve("moa-1.2.jar"));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new JarEntry("moa/DoTask.class"));
      Files.copy(folder.resolve("moa/DoTask.class"), jar);
    }
    return MoaJars.of(jars);
  }

  @Test
  void eventsAreTheFieldsAndThenTheTargetInOrder() throws IOException {
    Path arff = folder.resolve("a.arff");
    assertThat(MoaPeer.arff(events(), schema(), arff)).isEqualTo(3);
    assertThat(arff)
        .hasContent(
            """
            @relation events
            @attribute demand numeric
            @attribute period numeric
            @attribute class {0,1}
            @data
            2,0.5,1
            3,0.6,0
            4,0.7,1""");
  }

  @Test
  void aNumberThatIsMissingIsAQuestionMark() throws IOException {
    Path events =
        Files.writeString(folder.resolve("e"), "period,demand,class,time\n,,1,0\n1,,0,1\n");
    Path arff = folder.resolve("a.arff");
    MoaPeer.arff(events, schema(), arff);
    assertThat(arff).content().endsWith("@data\n?,?,1\n?,1,0\n");
  }

  @Test
  void accuracyIsThatOfAllEvents() throws IOException {
    assertThat(MoaPeer.accuracy(printed(OUTPUT, "\r- 0.00s [running]"), 4)).isEqualTo(0.75);
    assertThatThrownBy(() -> MoaPeer.accuracy(printed(OUTPUT, ""), 5))
        .isInstanceOf(IOException.class)
        .hasMessage("4 of 5 events");
    assertThatThrownBy(() -> MoaPeer.accuracy(printed("", "banner\n\nthe end\n"), 3))
        .isInstanceOf(IOException.class)
        .hasMessage("the end");
  }

  @Test
  void aLearnerThatFailsIsOneLineAndTheOthersAreInTheTable() throws IOException {
    StreamTable table = new StreamTable(ElectricityExperiment.TASK);
    StringWriter problems = new StringWriter();
    new MoaPeer(fake(), Duration.ofMinutes(2))
        .compare(events(), schema(), folder, table, new PrintWriter(problems));
    assertThat(problems.toString().lines())
        .containsExactly(
            "fastweights: naive Bayes, MOA: java.lang.RuntimeException: no bayes",
            "fastweights: adaptive random forest, MOA: Exception in thread \"main\""
                + " java.lang.OutOfMemoryError: no room");
    assertThat(table.figures().names())
        .containsExactly(
            "electricity.peer.moa.noChange.accuracy",
            "electricity.peer.moa.hoeffdingTree.accuracy",
            "electricity.peer.moa.leveragingBag.accuracy");
    assertThat(table.figures().get("electricity.peer.moa.leveragingBag.accuracy")).isEqualTo(0.5);
  }

  @Test
  void withoutMavenOrItsRepositoryALineTellsWhatToDo() throws IOException {
    assertThatThrownBy(() -> MoaJars.fetch(folder.resolve("mvn").toString(), folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Maven cannot fetch MOA 2024.07.0 (Cannot run program")
        .hasMessageEndingWith("name a folder of its jars with --peer-jars");
    assertThatThrownBy(
            () -> MoaJars.fetch(maven("printf '\\033[0m[ERROR] offline\\n'; exit 1"), folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("([ERROR] offline)");
  }

  @Test
  void mavensClassPathIsTaken() throws IOException {
    String script =
        "for a; do case $a in -Dmdep.outputFile=*) echo a.jar:b.jar > ${a#*=};; esac; done";
    assertThat(MoaJars.fetch(maven(script), folder))
        .isEqualTo(new MoaJars("2024.07.0", "a.jar:b.jar"));
  }

  private String maven(String script) throws IOException {
    Path program = Files.writeString(folder.resolve("maven"), "#!/bin/sh\n" + script + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program.toString();
  }

  @Test
  void aFolderWithoutMoaIsNamed() {
    assertThatThrownBy(() -> MoaJars.of(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "--peer-jars is "
                + folder
                + ", must hold moa-2024.07.0.jar and the jars that it needs");
    assertThatThrownBy(() -> MoaJars.of(folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("none, must be a folder");
  }
}
