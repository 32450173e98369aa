package io.fastweights.jobs.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileResultsTest {
  @TempDir Path folder;

  @Test
  void aFolderBelowAFileIsRefusedBeforeTheJobStarts() throws IOException {
    Path file = Files.writeString(folder.resolve("notes.txt"), "mine");
    Path output = file.resolve("a/b");
    assertThatThrownBy(new FileResults(output, RowFormat.CSV)::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "--output %s cannot be made: %s is no folder that can be written", output, file);
  }

  @Test
  void aFolderThatCanBeMadeIsNotMadeYet() throws IOException {
    Path output = folder.resolve("a/b");
    new FileResults(output, RowFormat.CSV).check();
    assertThat(folder.resolve("a")).doesNotExist();
  }
}
