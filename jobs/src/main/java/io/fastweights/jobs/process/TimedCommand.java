package io.fastweights.jobs.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs to its end in a process of its own. */
public final class TimedCommand {
  private TimedCommand() {}

  /**
   * @param status exit status
   * @param out standard output
   * @param err standard error
   */
  public record Output(int status, String out, String err) {}

  /**
   * Runs a command, and kills it with its children after a limit.
   *
   * @param folder its working directory; takes files of its output
   * @throws IOException if it cannot be started or does not end in time
   */
  public static Output run(Path folder, Duration limit, List<String> command) throws IOException {
    Path out = Files.createTempFile(folder, "stdout", "");
    Path err = Files.createTempFile(folder, "stderr", "");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("no end after " + limit.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Output(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    // Unlike Files.readString, takes output that is not UTF-8.
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
