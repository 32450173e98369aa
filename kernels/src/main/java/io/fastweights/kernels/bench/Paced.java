package io.fastweights.kernels.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Work that is repeated for a while and counted. */
@FunctionalInterface
interface Paced {

  /** Does some, and says how much. */
  long run();

  /** How much is done in a second of the thread's processor time. */
  default double rate(double seconds) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long most = (long) (seconds * 1e9);
    long begin = threads.getCurrentThreadCpuTime();
    long done = 0;
    long spent;
    do {
      done += run();
      spent = threads.getCurrentThreadCpuTime() - begin;
    } while (spent < most);
    return done * 1e9 / spent;
  }
}
