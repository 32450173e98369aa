package io.fastweights.kernels.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Work that is repeated for a while and counted. */
@FunctionalInterface
interface Paced {

  /** Does some, and says how much. */
  long run();

  /**
   * How much is done in a second of the thread's processor time. The clock costs about a
   * microsecond, so it is read once for work of a fiftieth of the time at least.
   */
  default double rate(double seconds) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long most = (long) (seconds * 1e9);
    long begin = threads.getCurrentThreadCpuTime();
    long done = 0;
    long spent = 0;
    long runs = 1;
    while (spent < most) {
      for (long i = 0; i < runs; i++) {
        done += run();
      }
      long before = spent;
      spent = threads.getCurrentThreadCpuTime() - begin;
      if (spent - before < most / 50) {
        runs *= 2;
      }
    }
    return done * 1e9 / spent;
  }
}
