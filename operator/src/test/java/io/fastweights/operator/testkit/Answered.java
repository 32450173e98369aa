package io.fastweights.operator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.functions.MapFunction;

/** Counts a job's answers, in the JVM that the cluster shares with the test. */
public final class Answered implements MapFunction<String, String> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, AtomicInteger> COUNTS = new ConcurrentHashMap<>();

  private final String job = UUID.randomUUID().toString();

  public Answered() {
    COUNTS.put(job, new AtomicInteger());
  }

  @Override
  public String map(String line) {
    COUNTS.get(job).incrementAndGet();
    return line;
  }

  /** Waits until so many answers came out. */
  public void await(int answers) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (COUNTS.get(job).get() < answers) {
      assertThat(System.nanoTime()).as("waiting for %d answers", answers).isLessThan(deadline);
      Thread.sleep(10);
    }
  }
}
