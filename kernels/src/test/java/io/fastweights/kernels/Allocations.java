package io.fastweights.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Checks a reader's allocations against a limit. */
public final class Allocations {
  /** Beside a multiple of the input: parser buffers, messages, and the fuzzer's hooks. */
  private static final long FIXED = 1 << 20;

  /** The first reads of a kind load classes, which counts as allocation too. */
  private static final int ATTEMPTS = 5;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocations() {}

  /** Reads something; may throw any exception. */
  @FunctionalInterface
  public interface Read<T, E extends Exception> {
    T read() throws E;
  }

  /**
   * Reads an input, again while it allocates too much.
   *
   * @param length of the input
   * @param times its length may be allocated, and a fixed size besides
   */
  public static <T, E extends Exception> T bounded(int length, int times, Read<T, E> read)
      throws E {
    long most = FIXED + (long) times * length;
    long allocated = Long.MAX_VALUE;
    T result = null;
    for (int attempt = 0; attempt < ATTEMPTS && allocated > most; attempt++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      result = read.read();
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    if (allocated > most) {
      assertThat(allocated)
          .as("bytes allocated for an input of %d", length)
          .isLessThanOrEqualTo(most);
    }
    return result;
  }
}
