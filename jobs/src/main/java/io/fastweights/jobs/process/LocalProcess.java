package io.fastweights.jobs.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process of this machine that outlives the command which started it.
 *
 * @param started start time, which distinguishes it from a later process with the same id
 */
public record LocalProcess(String name, long pid, Instant started) {
  private static final int STOP_SECONDS = 10;

  public static LocalProcess of(String name, Process process) {
    return new LocalProcess(name, process.pid(), started(process.toHandle()));
  }

  /** Reads what {@link #write} wrote. */
  public static LocalProcess read(String name, Path file) throws IOException {
    String[] parts = Files.readString(file).strip().split(" ");
    return new LocalProcess(name, Long.parseLong(parts[0]), Instant.parse(parts[1]));
  }

  /** Writes what tells it from a later process of the same id. */
  public void write(Path file) throws IOException {
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
        handle().ifPresent(LocalProcess::awaitEnd);
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
  public void stop() throws InterruptedException {
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
