package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.report.PageStructure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The page of a job. */
class RunReportITCase extends CommandTest {

  /** Users repeat themselves, but for one who does what nobody expects. */
  private static String events() {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder csv = new StringBuilder("time,user,page,price,outcome\n");
    for (int i = 0; i < 600; i++) {
      int user = random.nextInt(6);
      boolean buys = user == 4 ? random.nextBoolean() : user % 2 == 0;
      csv.append(1_000_000 + i * 1000L).append(",u").append(user).append(",p,1,");
      csv.append(buys ? "buy" : "leave").append('\n');
    }
    return csv.append("noon,u1,p,1,buy\n").toString();
  }

  @Test
  void runWritesAPageOfMeasuresSurprisingKeysRefusalsAndTheSchema() throws Exception {
    Path events = file("events.csv", events());
    Path page = folder.resolve("pages/report.html");
    Result result =
        execute(
            "run",
            "--events",
            events,
            "--schema",
            schema(),
            "--output",
            folder.resolve("out"),
            "--live",
            "--report",
            page);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).containsPattern("live: http://127\\.0\\.0\\.1:\\d+/");
    assertThat(result.out()).contains("report: " + page);
    assertThat(execute("run", "--live=70000", "--events", events, "--output", "x").err())
        .contains("--live is 70000, must be in 0 ... 65535");
    Document document = PageStructure.check(Files.readString(page));
    assertThat(PageStructure.elements(document, "h1").get(0).getTextContent())
        .isEqualTo("Predictions of outcome");
    String text = document.getDocumentElement().getTextContent();
    assertThat(text)
        .contains("on 600 events")
        .contains("last label of the user")
        .contains("time 'noon' is neither ISO 8601")
        .contains("\"buckets\"");
    Element keys =
        PageStructure.elements(document, "svg").stream()
            .filter(svg -> svg.getAttribute("aria-label").startsWith("Keys of the highest"))
            .findFirst()
            .orElseThrow();
    assertThat(PageStructure.elements(keys, "title").get(0).getTextContent())
        .as("the most surprising key")
        .startsWith("u4 (");
  }
}
