package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An unwritable folder for temporary files, in a process: a JVM reads the option once. */
class TemporaryFilesITCase extends CommandTest {
  private Result run(Path temporary) throws Exception {
    Path events = file("events.csv", "user,time,page,price,outcome\nu,1,p,2,buy\n");
    return MainProcess.run(
        folder,
        List.of("-Xmx256m", "-Djava.io.tmpdir=" + temporary),
        // The JVM prints that it takes these; an error stays one line.
        Map.of("JAVA_TOOL_OPTIONS", "-Dany=thing"),
        List.of(
            "run",
            "--events=" + events,
            "--schema=" + schema(),
            "--output=" + folder.resolve("predictions")));
  }

  @Test
  void saysWhichFolderIsMissingAndHowToSetAnother() throws Exception {
    Path missing = folder.resolve("missing");
    Result result = run(missing);
    assertThat(result.err())
        .isEqualTo(
            "fastweights: cannot write to the folder for temporary files, "
                + missing
                + " (it does not exist): set another one with -Djava.io.tmpdir=FOLDER in"
                + " FASTWEIGHTS_JVM_OPTS\n");
    assertThat(result.exitCode()).isEqualTo(1);
  }

  @Test
  void saysThatAFileIsNoFolder() throws Exception {
    Path below = file("plain", "");
    Result result = run(below);
    assertThat(result.err())
        .isEqualTo(
            "fastweights: cannot write to the folder for temporary files, "
                + below
                + " (it is no folder): set another one with -Djava.io.tmpdir=FOLDER in"
                + " FASTWEIGHTS_JVM_OPTS\n");
    assertThat(result.exitCode()).isEqualTo(1);
  }
}
