package io.fastweights.jobs.bench.engine;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Work that is repeated for a while and counted. */
@FunctionalInterface
interface Paced {

  /** Does some work and returns the amount. */
  long run();

  /**
   * Work per second of the thread's processor time. Reading the clock costs about a microsecond, so
   * the work between two reads grows to a fiftieth of the time.
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
