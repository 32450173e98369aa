package io.fastweights.jobs.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThroughputTest {
  private final Throughput throughput = new Throughput();

  private void burst(double start, int events) {
    for (int i = 0; i < events; i++) {
      throughput.add(start + i * 1e-4);
    }
  }

  @Test
  void takesARateFromOneBurstToTheNextAndCloseOnesTogether() {
    burst(5, 1000);
    burst(10, 2000);
    burst(15, 300);
    burst(15.5, 800);
    List<Throughput.Sample> samples = throughput.samples();
    assertThat(samples).extracting(Throughput.Sample::seconds).containsExactly(5.0, 10.0, 15.5);
    assertThat(samples.get(0).eventsPerSecond()).isEqualTo(200, within(1e-6));
    assertThat(samples.get(1).eventsPerSecond()).isEqualTo(400, within(1e-6));
    assertThat(samples.get(2).eventsPerSecond()).isEqualTo(200, within(1e-6));
  }

  @Test
  void hasNoRateBeforeTheFirstEvent() {
    assertThat(throughput.samples()).isEmpty();
  }
}
