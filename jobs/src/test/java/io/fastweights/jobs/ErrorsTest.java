package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorsTest {
  private static String said(Exception failure) {
    StringWriter err = new StringWriter();
    Errors.failure(failure, Main.commandLine().setErr(new PrintWriter(err)), false);
    return err.toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFullDiskNamesTheFolderForTemporaryFiles(boolean file) {
    String full = "No space left on device";
    Exception failure = file ? new FileSystemException("/a", null, full) : new IOException(full);
    assertThat(said(new RuntimeException("a job failed", failure)))
        .contains(full)
        .contains(System.getProperty("java.io.tmpdir"))
        .contains("-Djava.io.tmpdir=FOLDER in FASTWEIGHTS_JVM_OPTS")
        .hasLineCount(1);
  }
}
