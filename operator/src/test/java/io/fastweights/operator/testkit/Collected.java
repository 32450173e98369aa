package io.fastweights.operator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.MapFunction;

/** Keeps what a run answers, in the JVM that the cluster shares with the test. */
public final class Collected implements MapFunction<String, String> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Queue<String>> LINES = new ConcurrentHashMap<>();
  private final String run;

  public Collected(String run) {
    this.run = run;
  }

  public static Queue<String> lines(String run) {
    return LINES.computeIfAbsent(run, key -> new ConcurrentLinkedQueue<>());
  }

  /** Waits until the run has answered so often. */
  public static void await(String run, int answers) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (lines(run).size() < answers) {
      assertThat(System.nanoTime())
          .as("waiting for %d answers, %s", answers, run)
          .isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  @Override
  public String map(String line) {
    lines(run).add(line);
    return line;
  }
}
