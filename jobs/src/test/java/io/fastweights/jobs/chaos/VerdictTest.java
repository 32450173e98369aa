package io.fastweights.jobs.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.RowFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verdict of chaos must see what it is there to see. */
class VerdictTest {
  private static final int EVENTS = 300;

  private final ChaosStream stream = new ChaosStream(5, 100, Path.of("last"));
  private final PredictionRows rows =
      new PredictionRows(RowFormat.CSV, stream.columns(), ChaosStream.SCHEMA.target(), 2);
  private final List<String> lines = new ArrayList<>();

  @TempDir Path folder;

  @BeforeEach
  void writeWhatIsRight() throws Exception {
    ChaosOracle oracle = new ChaosOracle(stream, rows);
    for (int place = 0; place < EVENTS; place++) {
      lines.add(oracle.line(place));
    }
  }

  private Verdict verdict() throws Exception {
    return verdict(EVENTS - 1, List.of());
  }

  private Verdict verdict(long end, List<Long> lost) throws Exception {
    List<String> second = new ArrayList<>(lines.subList(lines.size() / 2, lines.size()));
    second.add(0, rows.header());
    List<String> first = new ArrayList<>(lines.subList(0, lines.size() / 2));
    first.add(0, rows.header());
    Files.write(folder.resolve("a.csv"), second);
    Files.write(folder.resolve("b.csv"), first);
    Files.writeString(folder.resolve(".c.csv.inprogress"), "0,not committed");
    return Verdict.of(folder, rows.header(), new ChaosOracle(stream, rows), end, lost);
  }

  @Test
  void isCleanWhereEveryLineIsThereOnceInWhateverFile() throws Exception {
    assertThat(verdict()).isEqualTo(new Verdict(EVENTS, 0, 0, 0, 0));
    assertThat(verdict().isClean()).isTrue();
  }

  @Test
  void countsWhatIsMissingDoubledAndDifferent() throws Exception {
    int observed = 100;
    while (lines.get(observed).endsWith(",")) {
      observed++;
    }
    int end = lines.get(observed).lastIndexOf(',') + 1;
    float other = Math.nextUp(Float.parseFloat(lines.get(observed).substring(end)));
    lines.set(observed, lines.get(observed).substring(0, end) + other);
    lines.add(lines.get(7));
    lines.add(lines.get(7));
    lines.remove(33);
    assertThat(verdict()).isEqualTo(new Verdict(EVENTS, 1, 2, 1, 0));
    assertThat(verdict().isClean()).isFalse();
  }

  @Test
  void noticesEventsThatWereLostAfterTheLastWritten() throws Exception {
    assertThat(verdict(EVENTS + 6, List.of())).isEqualTo(new Verdict(EVENTS + 7, 7, 0, 0, 0));
  }

  @Test
  void accountsForWhatIsWrittenAgainWhereACheckpointWasLost() throws Exception {
    lines.add(lines.get(7));
    lines.add(lines.get(40));
    lines.add(lines.get(40));
    lines.add(lines.get(41));
    assertThat(verdict(EVENTS - 1, List.of(40L))).isEqualTo(new Verdict(EVENTS, 0, 2, 0, 2));
    assertThat(verdict(EVENTS - 1, List.of(40L, 90L))).isEqualTo(new Verdict(EVENTS, 0, 0, 0, 4));
  }

  @Test
  void isNotCleanWhereNothingWasWritten() throws Exception {
    lines.clear();
    assertThat(verdict().isClean()).isFalse();
  }
}
