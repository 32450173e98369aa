package io.fastweights.jobs.experiment.anomalies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.jobs.experiment.anomalies.NabFile.Window;
import io.fastweights.jobs.experiment.anomalies.NabScore.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The score of the Numenta Anomaly Benchmark, by the values that its sources document. */
class NabScoreTest {
  private static final int SIZE = 200;
  private static final LocalDateTime START = LocalDateTime.of(2024, 1, 1, 0, 0);

  @TempDir Path folder;

  private static NabFile file(String name, Window... windows) {
    List<LocalDateTime> times = IntStream.range(0, SIZE).mapToObj(START::plusMinutes).toList();
    return new NabFile(name, times, new double[SIZE], List.of(windows));
  }

  private static double[] detections(int... places) {
    double[] scores = new double[SIZE];
    for (int place : places) {
      scores[place] = 1;
    }
    return scores;
  }

  private static double score(Profile profile, NabFile file, double[] scores) {
    return NabScore.of(List.of(file), Map.of(file.name(), scores), profile).value();
  }

  /** The four values in the description of NAB's scaled sigmoid. */
  @Test
  void sigmaHasTheDocumentedValues() {
    assertThat(NabScore.sigma(-1)).isCloseTo(0.98661, within(5e-6));
    assertThat(NabScore.sigma(-0.5)).isCloseTo(0.84828, within(5e-6));
    assertThat(NabScore.sigma(0)).isZero();
    assertThat(NabScore.sigma(1)).isCloseTo(-0.98661, within(5e-6));
    assertThat(NabScore.sigma(3.01)).isEqualTo(-1);
  }

  @Test
  void noDetectionIsZeroAndAllAtTheLeftEndsAreAHundred() {
    NabFile file = file("f", new Window(50, 59), new Window(100, 119));
    for (Profile profile : Profile.values()) {
      assertThat(score(profile, file, new double[SIZE])).isZero();
      assertThat(score(profile, file, detections(50, 100))).isCloseTo(100, within(1e-9));
    }
  }

  /** One window found early, one missed, one false alarm far from a window. */
  @Test
  void theWeightsAreThoseOfTheProfiles() {
    NabFile file = file("f", new Window(100, 119), new Window(160, 179));
    double[] scores = detections(40, 100);
    assertThat(score(Profile.STANDARD, file, scores)).isCloseTo(100 * (2 - 0.11) / 4, within(1e-9));
    assertThat(score(Profile.LOW_FALSE_POSITIVES, file, scores))
        .isCloseTo(100 * (2 - 0.22) / 4, within(1e-9));
    assertThat(score(Profile.LOW_FALSE_NEGATIVES, file, scores))
        .isCloseTo(100 * (3 - 0.11) / 6, within(1e-9));
  }

  @Test
  void theEarliestDetectionOfAWindowCounts() {
    NabFile file = file("f", new Window(100, 119));
    double early = score(Profile.STANDARD, file, detections(105));
    assertThat(score(Profile.STANDARD, file, detections(105, 110, 119))).isEqualTo(early);
    double expected = 100 * (1 + NabScore.sigma(-15 / 20.0) / NabScore.sigma(-1)) / 2;
    assertThat(early).isCloseTo(expected, within(1e-9));
    assertThat(score(Profile.STANDARD, file, detections(118))).isLessThan(early);
  }

  @Test
  void aFalseAlarmCostsLessSoonBehindAWindow() {
    NabFile file = file("f", new Window(100, 119));
    double[] worth = NabScore.worth(file);
    assertThat(worth[99]).isEqualTo(-1);
    assertThat(worth[120]).isCloseTo(NabScore.sigma(1 / 19.0), within(1e-12)).isNegative();
    assertThat(worth[130]).isLessThan(worth[120]);
    assertThat(worth[199]).isEqualTo(-1);
  }

  @Test
  void theFirstValuesAreNotScored() {
    NabFile file = file("f", new Window(100, 119));
    assertThat(file.probation()).isEqualTo(30);
    assertThat(score(Profile.STANDARD, file, detections(29, 100))).isCloseTo(100, within(1e-9));
    assertThat(score(Profile.STANDARD, file, detections(30, 100))).isLessThan(100);
  }

  /** The threshold that would be best for each file by itself finds both windows. */
  @Test
  void allFilesShareAThreshold() {
    NabFile one = file("one", new Window(100, 119));
    NabFile other = file("other", new Window(100, 119));
    double[] loud = detections(60, 70, 80, 90, 100);
    double[] quiet = new double[SIZE];
    quiet[100] = 0.5;
    NabScore score =
        NabScore.of(List.of(one, other), Map.of("one", loud, "other", quiet), Profile.STANDARD);
    assertThat(score.threshold()).isEqualTo(0.5);
    assertThat(score.detections()).isEqualTo(6);
    assertThat(score.value()).isCloseTo(100 * (4 - 4 * 0.11) / 4, within(1e-9));
  }

  @Test
  void theFilesThatAreThereAreReadWithTheirWindows() throws Exception {
    StringBuilder csv = new StringBuilder("timestamp,value\n");
    for (int i = 0; i < 40; i++) {
      csv.append(START.plusMinutes(i).toString().replace('T', ' ')).append(":00,").append(i % 2);
      csv.append('\n');
    }
    Files.createDirectories(folder.resolve("data/kind"));
    Files.createDirectories(folder.resolve("labels"));
    Files.writeString(folder.resolve("data/kind/a.csv"), csv);
    Files.writeString(
        folder.resolve("labels/combined_windows.json"),
        """
        {"kind/a.csv": [["2024-01-01 00:10:00.000000", "2024-01-01 00:14:00.000000"]],
         "kind/absent.csv": []}
        """);
    NabCorpus corpus = NabCorpus.read(folder);
    assertThat(corpus.files()).extracting(NabFile::name).containsExactly("kind/a.csv");
    NabFile file = corpus.files().get(0);
    assertThat(file.windows()).containsExactly(new Window(10, 14));
    assertThat(file.size()).isEqualTo(40);
    assertThat(file.scale()).containsExactly(0.5, 0.5);

    Path results = Files.createDirectories(folder.resolve("results/other/kind"));
    Files.writeString(
        results.resolve("other_a.csv"),
        "timestamp,value,anomaly_score,label\n" + "x,1,0.25,0\n".repeat(40));
    assertThat(corpus.published(folder.resolve("results/other")).get("kind/a.csv"))
        .hasSize(40)
        .containsOnly(0.25);
    Files.writeString(results.resolve("other_a.csv"), "timestamp,anomaly_score\nx,1\n");
    assertThatThrownBy(() -> corpus.published(folder.resolve("results/other")))
        .hasMessageContaining("other_a.csv has 1 scores, must be 40");
    assertThatThrownBy(() -> NabCorpus.read(folder.resolve("data")))
        .hasMessageContaining("has no labels/combined_windows.json");
  }
}
