package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.Main;
import io.fastweights.jobs.report.PageStructure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import picocli.CommandLine;

/** The demo on the first day of the month. */
class DemoCommandITCase {
  @TempDir Path folder;

  @Test
  void predictsADayAndWritesFiguresAndReport() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    Path json = folder.resolve("figures.json");
    int exitCode =
        line.execute(
            "demo", "--days=1", "--checkpoint-interval=1s", "--output=" + folder, "--json=" + json);
    assertThat(err.toString()).isEmpty();
    assertThat(exitCode).isZero();
    assertThat(out.toString()).contains("fast weights").contains("report.html").contains("--live");
    assertThat(out.toString()).contains("the trained weights have seen some of these flights");

    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    for (String name :
        List.of(
            "memory",
            "trained",
            "hour",
            "route",
            "origin",
            "destination",
            "logistic",
            "routeHour")) {
      assertThat(figures.get("auc." + name).asDouble()).as(name).isBetween(0.45, 0.9);
    }
    int flights = figures.get("scored").asInt();
    assertThat(flights).isEqualTo(14_828);
    assertThat(figures.get("asked").asInt()).isEqualTo(flights);
    assertThat(figures.get("observed").asInt()).isEqualTo(flights);
    assertThat(figures.get("malformed").asInt()).isZero();
    assertThat(figures.get("seconds").asDouble()).isPositive();
    assertThat(figures.get("trained.seconds").asDouble()).isPositive();
    assertThat(figures.get("eventsPerSecond").asDouble()).isPositive();

    Document report = PageStructure.check(Files.readString(folder.resolve("report.html")));
    assertThat(PageStructure.elements(report, "h1").get(0).getTextContent())
        .isEqualTo("Will this flight be late?");
  }

  @Test
  void servesAPageWhileItPredictsIfAsked() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    Path json = folder.resolve("figures.json");
    int exitCode =
        line.execute(
            "demo",
            "--days=1",
            "--live",
            "--parallelism=1",
            "--output=" + folder,
            "--json=" + json);
    assertThat(err.toString()).isEmpty();
    assertThat(exitCode).isZero();
    assertThat(out.toString()).contains("live: http://127.0.0.1:").contains("live.html");
    assertThat(new ObjectMapper().readTree(json.toFile()).get("events").asInt()).isEqualTo(29_656);
    PageStructure.check(Files.readString(folder.resolve("live.html")));
  }

  @Test
  void refusesDaysThatAreNotInTheMonth() {
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setErr(new PrintWriter(err));
    assertThat(line.execute("demo", "--days=32")).isEqualTo(2);
    assertThat(line.execute("demo", "--days=3", "--score-from=4")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--days is 32, must be in 1 ... 31")
        .contains("--score-from is 4, must be in 1 ... 3");
  }
}
