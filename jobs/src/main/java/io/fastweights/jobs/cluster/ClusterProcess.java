package io.fastweights.jobs.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process of the cluster.
 *
 * @param started start time, which distinguishes it from a later process with the same id
 */
public record ClusterProcess(String name, long pid, Instant started) {
  private static final int STOP_SECONDS = 10;

  static ClusterProcess of(String name, Process process) {
    return new ClusterProcess(name, process.pid(), started(process.toHandle()));
  }

  static ClusterProcess read(String name, Path file) throws IOException {
    String[] parts = Files.readString(file).strip().split(" ");
    return new ClusterProcess(name, Long.parseLong(parts[0]), Instant.parse(parts[1]));
  }

  void write(Path file) throws IOException {
    Files.writeString(file, pid + " " + started);
  }

  /**
   * Sends the process a signal.
   *
   * @param name as kill(1) knows it
   */
  public void signal(String name) throws IOException, InterruptedException {
    if (isAlive()) {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
      if (name.equals("KILL")) {
        handle().ifPresent(ClusterProcess::awaitEnd);
      }
    }
  }

  private static void awaitEnd(ProcessHandle handle) {
    handle.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).join();
  }

  public boolean isAlive() {
    return handle().isPresent();
  }

  /** Stops the process: terminates it, and kills it after a timeout. */
  void stop() throws InterruptedException {
    Optional<ProcessHandle> handle = handle();
    if (handle.isEmpty()) {
      return;
    }
    handle.get().destroy();
    if (!ends(handle.get())) {
      handle.get().destroyForcibly();
      ends(handle.get());
    }
  }

  private static boolean ends(ProcessHandle handle) throws InterruptedException {
    try {
      handle.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> started(handle).equals(started));
  }

  private static Instant started(ProcessHandle handle) {
    return handle.info().startInstant().orElse(Instant.EPOCH);
  }
}
