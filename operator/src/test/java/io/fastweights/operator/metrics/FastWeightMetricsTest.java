package io.fastweights.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.EngineChoice;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class FastWeightMetricsTest {
  private final Map<String, Gauge<?>> gauges = new HashMap<>();

  /** Keeps gauges under their name and their group's. */
  private final class Kept extends UnregisteredMetricsGroup {
    private final String name;

    Kept(String name) {
      this.name = name;
    }

    @Override
    public MetricGroup addGroup(String group) {
      return new Kept(group);
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String gauge, G value) {
      gauges.put(name + "." + gauge, value);
      return value;
    }
  }

  @Test
  void showsThatAnEngineStandsInForAnotherUntilItDoesNot() {
    FastWeightMetrics metrics = new FastWeightMetrics(new Kept(""));
    Gauge<?> fallback = gauges.get("engine.fallback");
    assertThat(fallback.getValue()).isEqualTo(0L);
    metrics.chosen(new EngineChoice(null, true));
    assertThat(fallback.getValue()).isEqualTo(1L);
    metrics.chosen(new EngineChoice(null, false));
    assertThat(fallback.getValue()).isEqualTo(0L);
  }
}
