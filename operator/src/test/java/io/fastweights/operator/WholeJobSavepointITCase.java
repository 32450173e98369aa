package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.testkit.TestJobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Savepoints by earlier releases of a job with all kinds of operator state: waiting events and asks
 * continue as if the job had never stopped.
 */
class WholeJobSavepointITCase {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  private static final Path NAMES =
      Path.of(System.getProperty("basedir", "."), "src/test/resources/savepoints/names.txt");

  private static List<String> expected;

  @TempDir Path folder;

  @BeforeAll
  static void answerInPlainLoops() throws Exception {
    expected = WholeJobFixture.expected(true);
    assertThat(expected)
        .as("events that waited for the watermark, asks that waited for labels, expired memories")
        .anyMatch(l -> l.startsWith("sorted ") && WholeJobFixture.isOfATripBefore(l))
        .anyMatch(l -> l.startsWith("scored ") && l.contains("asked true"))
        .anyMatch(l -> l.startsWith("compared ") && l.contains("asked true"))
        .isNotEqualTo(WholeJobFixture.expected(false));
  }

  static Stream<WholeJobFixture> fixtures() {
    return Stream.concat(
        WholeJobFixture.of("format-5-whole-job").stream(),
        Stream.of(
            new WholeJobFixture("format-6-whole-job", "hashmap", SavepointFormatType.NATIVE),
            new WholeJobFixture("format-6-whole-job", "rocksdb", SavepointFormatType.CANONICAL),
            new WholeJobFixture("format-7-whole-job", "hashmap", SavepointFormatType.NATIVE),
            new WholeJobFixture("format-7-whole-job", "rocksdb", SavepointFormatType.CANONICAL)));
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void waitingEventsOfASavepointComeOutAsIfTheJobHadNeverStopped(WholeJobFixture fixture)
      throws Exception {
    Path savepoint = Files.createDirectories(folder.resolve("savepoint"));
    SavepointFixture.unpack(fixture.file(), savepoint);
    assertThat(fixture.answers(folder, savepoint)).isEqualTo(expected);
  }

  /** The list's own header states how to change it. */
  @Test
  void aSavepointHoldsTheNamesOfTheListAndNoOthers() throws Exception {
    Path savepoint =
        new WholeJobFixture("names", "hashmap", SavepointFormatType.CANONICAL).begin(folder);
    List<String> contents = StoredContents.of(savepoint, WholeJob.UIDS);
    assertThat(contents)
        .as("union list states, with which a job of which a part has ended takes no checkpoint")
        .noneMatch(line -> line.endsWith(" UNION"));
    List<String> head =
        Files.readAllLines(NAMES).stream().takeWhile(line -> line.startsWith("#")).toList();
    List<String> names = new ArrayList<>(head);
    names.addAll(contents);
    if (Boolean.getBoolean("fastweights.write-stored-names")) {
      Files.write(NAMES, names);
    }
    assertThat(names).isEqualTo(Files.readAllLines(NAMES));
  }
}
