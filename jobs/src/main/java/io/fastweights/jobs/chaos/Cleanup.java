package io.fastweights.jobs.chaos;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.apache.flink.util.FileUtils;

/** Stops the processes that use a folder and deletes it, once, also on JVM shutdown. */
final class Cleanup implements AutoCloseable {
  private final Path folder;
  private final Thread onExit;
  private Runnable end = () -> {};
  private boolean closed;

  Cleanup(Path folder, PrintWriter err) {
    this.folder = folder;
    this.onExit =
        new Thread(
            () -> {
              try {
                end();
              } catch (RuntimeException e) {
                err.println("not everything could be ended: " + e);
                err.flush();
              }
            },
            "end chaos");
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /**
   * @param first stops the processes that use the folder
   */
  synchronized void before(Runnable first) {
    end = first;
  }

  private synchronized void end() {
    if (!closed) {
      closed = true;
      try {
        end.run();
      } finally {
        FileUtils.deleteDirectoryQuietly(folder.toFile());
      }
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The JVM is already shutting down.
    }
  }
}
