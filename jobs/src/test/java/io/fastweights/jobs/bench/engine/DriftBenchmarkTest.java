package io.fastweights.jobs.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.bench.engine.DriftBenchmark.Case;
import io.fastweights.jobs.bench.engine.DriftBenchmark.Drift;
import io.fastweights.jobs.bench.engine.DriftBenchmark.Labels;
import io.fastweights.kernels.model.Storage;
import org.junit.jupiter.api.Test;

/** A short run of the benchmark. Rounding to the nearest fails it. */
class DriftBenchmarkTest {
  private static final long EVENTS = 30_000;

  @Test
  void aMemoryInBf16WandersNoFurtherThanIndependentRoundingsExplain() {
    for (Case some : DriftBenchmark.CASES) {
      Drift bf16 = drift(some, Storage.BF16);
      assertThat(bf16.probes()).as("%s", bf16).isLessThan(3 * bf16.theory());
    }
  }

  /** To the nearest it would stop at 0.99. */
  @Test
  void aMemoryInBf16LearnsALabelThatStaysTheSameToTheEnd() {
    Drift bf16 = drift(new Case("one", 1, Labels.ONE), Storage.BF16);
    assertThat(bf16.answers()).as("%s", bf16).isLessThan(0.003);
  }

  @Test
  void aMemoryInFp32StaysWhereFloat64Is() {
    for (Case some : DriftBenchmark.CASES) {
      Drift fp32 = drift(some, Storage.FP32);
      assertThat(Math.max(fp32.answers(), fp32.probes())).as("%s", fp32).isLessThan(1e-5);
      assertThat(fp32.theory()).isZero();
    }
  }

  private static Drift drift(Case some, Storage storage) {
    try (DriftBenchmark benchmark = new DriftBenchmark(some, 1)) {
      return benchmark.run(EVENTS).stream()
          .filter(drift -> drift.storage() == storage)
          .findFirst()
          .orElseThrow();
    }
  }
}
