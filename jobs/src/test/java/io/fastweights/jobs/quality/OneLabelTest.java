package io.fastweights.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.output.QualityTable;
import io.fastweights.jobs.quality.Quality.ClassCounts;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.jobs.report.Interval;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OneLabelTest {
  private static final Interval HALF = new Interval(0.5, 0.4, 0.6);

  private static Quality quality(
      Kind kind, Map<Measure, Interval> measures, List<ClassCounts> classes) {
    Model ours = new Model(Quality.OURS, "memories", measures, classes, List.of());
    return new Quality(kind, "bought", 100, 1, List.of(ours), List.of(), List.of());
  }

  private static Quality binary(long bought) {
    return quality(
        Kind.BINARY,
        Map.of(Measure.ACCURACY, HALF),
        List.of(
            new ClassCounts("false", 100 - bought, 50, 0), new ClassCounts("true", bought, 50, 0)));
  }

  private static String printed(Quality quality) {
    StringWriter text = new StringWriter();
    new QualityTable(quality).print(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void labelsThatAreAllTheSameAreSaidToTellNothing() {
    String warning = "warning: all labels are the same: there is nothing to predict";
    assertThat(printed(binary(100))).contains(warning);
    assertThat(printed(binary(0))).contains(warning);
    assertThat(printed(binary(1))).doesNotContain(warning);
  }

  /** R² is not defined without variance. */
  @Test
  void numbersThatAreAllTheSameAreOneLabel() {
    Map<Measure, Interval> constant = Map.of(Measure.MEAN_ABSOLUTE_ERROR, HALF);
    Map<Measure, Interval> varying = Map.of(Measure.MEAN_ABSOLUTE_ERROR, HALF, Measure.R2, HALF);
    assertThat(quality(Kind.NUMBER, constant, List.of()).hasOneLabel()).isTrue();
    assertThat(quality(Kind.NUMBER, varying, List.of()).hasOneLabel()).isFalse();
  }
}
