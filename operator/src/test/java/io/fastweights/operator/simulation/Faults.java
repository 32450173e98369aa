package io.fastweights.operator.simulation;

import java.io.IOException;
import java.util.SplittableRandom;

/** Decides which writes to state, and which checkpoints' asynchronous parts, fail. */
final class Faults {
  private final SplittableRandom random;
  private double writeFails;
  private double snapshotFails;
  private int writesLeft;
  private int snapshotsLeft;
  private boolean afterwards;
  private int writes;
  private int snapshots;

  /** An injected failure. */
  public static final class Injected extends IOException {
    private static final long serialVersionUID = 1L;

    Injected(String what) {
      super("on purpose: " + what);
    }

    /** True if one caused an error. */
    static boolean isBehind(Throwable error) {
      for (Throwable cause = error; cause != null; cause = cause.getCause()) {
        if (cause instanceof Injected) {
          return true;
        }
      }
      return false;
    }
  }

  public Faults(long seed) {
    random = new SplittableRandom(seed);
  }

  /** From now on each write fails with a chance, until so many have. */
  public synchronized void failWrites(double chance, int most) {
    writeFails = chance;
    writesLeft = most;
  }

  /** From now on each checkpoint is not written with a chance, until so many were not. */
  public synchronized void failSnapshots(double chance, int most) {
    snapshotFails = chance;
    snapshotsLeft = most;
  }

  public synchronized void disarm() {
    writesLeft = 0;
    snapshotsLeft = 0;
  }

  /** Half of the failing writes fail after they were done. */
  public void write(String what, Write write) throws Exception {
    boolean fails = writeFails();
    boolean after = fails && half();
    if (fails && !after) {
      throw failed("before " + what);
    }
    write.run();
    if (after) {
      throw failed("after " + what);
    }
  }

  public interface Write {
    void run() throws Exception;
  }

  private synchronized boolean writeFails() {
    boolean fails = writesLeft > 0 && random.nextDouble() < writeFails;
    writesLeft -= fails ? 1 : 0;
    return fails;
  }

  private synchronized boolean half() {
    afterwards = !afterwards;
    return afterwards;
  }

  private synchronized Injected failed(String what) {
    writes++;
    return new Injected(what);
  }

  /** Draws whether the current checkpoint fails to be written. */
  public synchronized boolean snapshotFails() {
    boolean fails = snapshotsLeft > 0 && random.nextDouble() < snapshotFails;
    snapshotsLeft -= fails ? 1 : 0;
    snapshots += fails ? 1 : 0;
    return fails;
  }

  /** Writes that failed. */
  public synchronized int writes() {
    return writes;
  }

  /** Checkpoints that were not written. */
  public synchronized int snapshots() {
    return snapshots;
  }
}
