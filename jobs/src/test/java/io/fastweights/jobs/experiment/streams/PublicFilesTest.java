package io.fastweights.jobs.experiment.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms of the public files. */
class PublicFilesTest {
  private static final String ELECTRICITY =
      """
      date,period,nswprice,nswdemand,vicprice,vicdemand,transfer,class
      0,0,0.05,0.43,0.003,0.42,0.41,UP
      0,0.02,0.04,0.41,0.003,0.42,0.41,DOWN
      0,0.04,0.03,0.4,0.003,0.42,0.41,1
      """;
  private static final String RATINGS = "7\t1\t5\t30\n8\t1\t4\t10\n7\t2\t3\t30\n";
  private static final String ANSWERS = "3\n4,4,5,\n0,1,1\n1\n9\n0\n\n";

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("data"), text);
  }

  private static List<String> rewritten(PublicFiles.Rewriting form, Path file) throws IOException {
    StringWriter events = new StringWriter();
    try (PrintWriter writer = new PrintWriter(events)) {
      form.write(file, writer);
    }
    return events.toString().lines().toList();
  }

  @Test
  void electricityIsOneEventEachHalfHour() throws IOException {
    assertThat(rewritten(PublicFiles::electricity, file(ELECTRICITY)))
        .containsExactly(
            "time,period,nswprice,nswdemand,vicprice,vicdemand,transfer,class",
            "0,0,0.05,0.43,0.003,0.42,0.41,1",
            "1800,0.02,0.04,0.41,0.003,0.42,0.41,0",
            "3600,0.04,0.03,0.4,0.003,0.42,0.41,1");
  }

  @Test
  void ratingsAreInTheOrderOfTimeAndThenOfTheFile() throws IOException {
    assertThat(rewritten(PublicFiles::ratings, file(RATINGS)))
        .containsExactly("time,user,item,rating", "10,8,1,4", "30,7,1,5", "30,7,2,3");
  }

  @Test
  void aFilmIsAmongThoseThatItsUserNeverRates() throws IOException {
    assertThat(rewritten(PublicFiles::films, file(RATINGS + "8\t9\t1\t40\n")))
        .containsExactly(
            "time,user,last,film,shown",
            "10,8,none,1,2|1",
            "30,7,none,1,9|1",
            "30,7,1,2,9|2",
            "40,8,1,9,2|9");
  }

  @Test
  void studentsAnswerSideBySide() throws IOException {
    assertThat(rewritten(PublicFiles::answers, file(ANSWERS)))
        .containsExactly("time,student,skill,correct", "0,0,4,0", "0,1,9,0", "1,0,4,1", "2,0,5,1");
  }

  @Test
  void gzippedFilesAreTheSame() throws IOException {
    Path zipped = folder.resolve("data.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      out.write(RATINGS.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(rewritten(PublicFiles::ratings, zipped))
        .isEqualTo(rewritten(PublicFiles::ratings, file(RATINGS)));
  }

  @Test
  void anotherFormIsRefusedWithItsLine() {
    assertRefused(PublicFiles::electricity, "period,class\n0,1\n", "line 1: there is no column");
    assertRefused(PublicFiles::electricity, ELECTRICITY + "0,1\n", "line 5: 2 cells");
    assertRefused(PublicFiles::ratings, RATINGS + "7,1,5,30\n", "line 4: 1 cells, must be 4");
    assertRefused(PublicFiles::ratings, "7\t1\t5\tnoon\n", "line 1: 'noon' is no whole number");
    assertRefused(PublicFiles::answers, "2\n4,4\n", "line 2: a student has three lines");
    assertRefused(
        PublicFiles::answers, "2\n4,4\n1\n", "line 3: 1 values, 2 answers were announced");
    assertRefused(PublicFiles::answers, "", "is empty");
  }

  private void assertRefused(PublicFiles.Rewriting form, String text, String problem) {
    assertThatThrownBy(() -> rewritten(form, file(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(folder.resolve("data").toString())
        .hasMessageContaining(problem);
  }

  @Test
  void everySchemaHasTheColumnsOfItsFile() throws IOException {
    assertColumns(ElectricityExperiment.TASK, ELECTRICITY);
    assertColumns(RatingsExperiment.TASK, RATINGS);
    assertColumns(StudentsExperiment.TASK, ANSWERS);
  }

  private void assertColumns(StreamTask task, String text) throws IOException {
    List<String> columns = List.of(rewritten(task.file(), file(text)).get(0).split(","));
    for (StreamTask.Trial trial : task.trials()) {
      Schema schema = SchemaJson.parse(trial.schema());
      List<String> needed = new ArrayList<>(List.of(schema.time(), schema.target().name()));
      needed.addAll(schema.fields().stream().map(Field::name).toList());
      needed.removeAll(schema.format().constants().keySet());
      assertThat(columns).as(trial.title()).containsAll(needed);
    }
  }
}
