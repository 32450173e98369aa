package io.fastweights.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingConstantsTest {
  private static final Schema SCHEMA =
      new Schema(
          "key",
          "time",
          null,
          List.of(
              new Field.Numeric("price"),
              new Field.Numeric("same", 1, 1, Statistics.KEY),
              new Field.Numeric("given", 5, 6)),
          new Target.Number("delay"));

  @TempDir Path folder;

  /** An ask and a record that is no event do not count. */
  private Path events() throws Exception {
    return Files.writeString(
        folder.resolve("events.csv"),
        """
        key,time,price,same,given,delay
        a,2024-01-01,1,7,1,10
        b,2024-01-02,3,7,1,20
        a,2024-01-03,100,7,1,
        b,2024-01-04,x,7,1,30
        b,2024-01-05,,7,1,60
        """);
  }

  @Test
  void theyAreThoseOfTheObservedEvents() throws Exception {
    StringWriter out = new StringWriter();
    Schema schema = TrainingConstants.of(List.of(events()), SCHEMA, new PrintWriter(out));
    assertThat(schema.runningNumbers()).isEmpty();
    Schema.Scale price = schema.constants().get("price");
    assertThat(price).isEqualTo(new Schema.Scale(2, 1));
    Schema.Scale delay = schema.constants().get("delay");
    assertThat(delay.mean()).isCloseTo(30, within(1e-9));
    assertThat(delay.deviation()).isCloseTo(Math.sqrt(1400 / 3.0), within(1e-9));
    assertThat(schema.constants().get("same")).isEqualTo(new Schema.Scale(7, 1));
    assertThat(schema.constants().get("given")).isEqualTo(new Schema.Scale(5, 6));
    assertThat(out.toString()).contains("price: mean 2.0, deviation 1.0");
  }

  @Test
  void trainedWeightsHaveNoPrior() throws Exception {
    Path file = folder.resolve("late.csv");
    Files.writeString(file, "key,time,given,late\na,2024-01-01,1,1\n");
    String text =
        """
        {"key": "key", "time": "time",
         "fields": [{"name": "given", "encoder": "numeric", "mean": 5, "deviation": 6}],
         "target": {"name": "late", "encoder": "binary"%s}}
        """;
    Schema prior = SchemaJson.parse(text.replace("%s", ", \"prior\": {\"rate\": 0.3}"));
    PrintWriter out = new PrintWriter(new StringWriter());
    assertThat(TrainingConstants.of(List.of(file), prior, out))
        .isEqualTo(SchemaJson.parse(text.replace("%s", "")));
  }

  @Test
  void sequencesOfRunningStatisticsAreRefused() throws Exception {
    List<Path> paths = List.of(events());
    PrintWriter out = new PrintWriter(new StringWriter());
    assertThatThrownBy(() -> TrainingEvents.read(paths, SCHEMA, out))
        .hasMessage(
            "the schema has running statistics of price, same, delay: trained weights need a mean"
                + " and a deviation of each");
  }
}
