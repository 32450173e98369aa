package io.fastweights.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.cuda.SimulatedDevice.Control;
import io.fastweights.kernels.cuda.driver.NativeResource;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.network.DeviceRecurrence.Head;
import io.fastweights.kernels.train.network.GoldenRecurrences;
import io.fastweights.kernels.train.network.Gradients;
import io.fastweights.kernels.train.network.HeadSequence;
import io.fastweights.kernels.train.network.Recurrence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The recurrence of training on a device, against the CPU's and PyTorch's gradients. */
class CudaRecurrenceTest {
  private List<Long> held;
  private int live;

  @BeforeEach
  void load() {
    SimulatedDevice.load();
    held = SimulatedDevice.held();
    live = NativeResource.live();
  }

  @AfterEach
  void nothingIsLeft() {
    SimulatedDevice.set(Control.RESET, 0);
    assertThat(SimulatedDevice.held()).isEqualTo(held);
    assertThat(NativeResource.live()).isEqualTo(live);
  }

  /** Sequences of several lengths at once, with asks, zero features, and snapshots on the way. */
  @ParameterizedTest
  @CsvSource({
    "DELTA,1,1",
    "DELTA,16,8",
    "DELTA,21,35",
    "SUM,12,33",
    "SUM,9,3",
    "DELTA,8,70",
    "GATED_DELTA,9,5",
    "GATED_DELTA,14,34"
  })
  void givesTheGradientsOfTheCpu(UpdateRule rule, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(rows * 100L + columns);
    Recurrence cpu = new Recurrence(rule, rows, columns);
    List<Case> cases = new ArrayList<>();
    for (int length : new int[] {0, 1, 64, 65, 130}) {
      Case c = new Case(length, rows, columns, random);
      cases.add(rule == UpdateRule.GATED_DELTA ? c.forgets(random) : c);
    }
    try (CudaRecurrence device = new CudaRecurrence(0, rule, rows, columns)) {
      run(device, cases);
      for (Case c : cases) {
        c.check(cpu);
      }
    }
  }

  private static void run(CudaRecurrence device, List<Case> cases) {
    device.forward(
        cases.stream().map(c -> new Head(c.s, c.length, c.asks)).toList(),
        cases.stream().map(c -> c.w).toList());
    device.backward(
        cases.stream().map(c -> c.g).toList(), cases.stream().map(c -> c.gradW).toList());
  }

  @Test
  void isClosedByAnotherThread() throws InterruptedException {
    CudaRecurrence device = new CudaRecurrence(0, UpdateRule.DELTA, 16, 8);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread other = new Thread(device::close);
    other.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
    other.start();
    other.join();
    assertThat(thrown.get()).isNull();
    assertThat(NativeResource.live()).isEqualTo(live);
    device.close();
  }

  @Test
  void aHeadsBitsDoNotDependOnThoseBesideIt() {
    List<Case> alone = List.of(new Case(40, 10, 6, new SplittableRandom(5)));
    SplittableRandom same = new SplittableRandom(5);
    Case first = new Case(40, 10, 6, same);
    List<Case> together = List.of(new Case(70, 10, 6, new SplittableRandom(6)), first);
    try (CudaRecurrence device = new CudaRecurrence(0, UpdateRule.DELTA, 10, 6)) {
      run(device, alone);
      run(device, together);
    }
    assertThat(first.g.phiK).isEqualTo(alone.get(0).g.phiK);
    assertThat(first.g.beta).isEqualTo(alone.get(0).g.beta);
    assertThat(first.gradW).isEqualTo(alone.get(0).gradW);
    assertThat(first.w).isEqualTo(alone.get(0).w);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small_delta", "small_sum", "wide_delta", "wide_sum"})
  void givesTheGradientsOfPyTorch(String name) throws IOException {
    GoldenRecurrences.check(
        name,
        golden -> {
          try (CudaRecurrence device =
              new CudaRecurrence(0, golden.rule, golden.rows, golden.columns)) {
            device.forward(
                golden.sequences.stream().map(s -> new Head(s, golden.length, null)).toList(),
                golden.memories);
            device.backward(golden.gradients, golden.gradMemories);
          }
        });
  }

  @Test
  void aFailedLaunchLeavesNothingAndNothingToGoBackThrough() {
    Case c = new Case(5, 4, 3, new SplittableRandom(1));
    try (CudaRecurrence device = new CudaRecurrence(0, UpdateRule.DELTA, 4, 3)) {
      List<HeadSequence> gradients = List.of(c.g);
      List<float[]> gradMemories = List.of(c.gradW);
      SimulatedDevice.set(Control.FAIL_LAUNCH, 1);
      assertThatThrownBy(() -> run(device, List.of(c)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("cannot launch recurrence_forward");
      assertThatThrownBy(() -> device.backward(gradients, gradMemories))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusesMemoriesThatAreNotAsManyAsHeads() {
    Case c = new Case(5, 4, 3, new SplittableRandom(1));
    try (CudaRecurrence device = new CudaRecurrence(0, UpdateRule.DELTA, 4, 3)) {
      List<Head> heads = List.of(new Head(c.s, 5, null));
      assertThatThrownBy(() -> device.forward(heads, List.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 and what belongs to them 0");
    }
  }

  /** A sequence with its inputs and expected results. */
  private static final class Case {
    final int length;
    final HeadSequence s;
    final HeadSequence g;
    final boolean[] asks;
    final float[] w0;
    final float[] w;
    final float[] gradW0;
    final float[] gradW;

    Case(int length, int rows, int columns, SplittableRandom random) {
      this.length = length;
      s = HeadSequence.of(length, rows, columns);
      g = HeadSequence.of(length, rows, columns);
      asks = new boolean[length];
      features(random, s.phiK, rows);
      features(random, s.phiQ, rows);
      for (int t = 0; t < length; t++) {
        s.beta[t] = random.nextFloat();
        asks[t] = random.nextInt(5) == 0;
      }
      Gradients.gaussian(random, s.v);
      Gradients.gaussian(random, g.out);
      w0 = Gradients.gaussian(random, new float[rows * columns]);
      w = w0.clone();
      gradW0 = Gradients.gaussian(random, new float[rows * columns]);
      gradW = gradW0.clone();
    }

    /** With a forget gate that now and then is wide open. */
    Case forgets(SplittableRandom random) {
      s.forget = new float[length];
      g.forget = new float[length];
      for (int t = 0; t < length; t++) {
        int most = random.nextInt(16) == 0 ? ForgetGate.SPAN : ForgetGate.OCTAVE / 4;
        s.forget[t] = random.nextInt(most);
      }
      return this;
    }

    /** About a half of the features are 0; the others sum to 1 at each event. */
    private static void features(SplittableRandom random, float[] phi, int rows) {
      for (int at = 0; at < phi.length; at += rows) {
        float sum = 0;
        for (int i = at; i < at + rows; i++) {
          phi[i] = random.nextBoolean() ? 0 : 0.01f + random.nextFloat();
          sum += phi[i];
        }
        for (int i = at; i < at + rows && sum > 0; i++) {
          phi[i] /= sum;
        }
      }
    }

    void check(Recurrence cpu) {
      int rows = length == 0 ? 1 : s.phiK.length / length;
      HeadSequence expected = HeadSequence.of(length, rows, w.length / rows);
      HeadSequence expectedG = HeadSequence.of(length, rows, w.length / rows);
      expected.phiK = s.phiK;
      expected.phiQ = s.phiQ;
      expected.v = s.v;
      expected.beta = s.beta;
      expected.forget = s.forget;
      expectedG.forget = s.forget == null ? null : new float[length];
      expectedG.out = g.out;
      float[] expectedW = w0.clone();
      float[] expectedGradW = gradW0.clone();
      if (length > 0) {
        cpu.forward(expected, length, asks, expectedW);
        cpu.backward(expected, expectedG, length, asks, expectedW, expectedGradW);
      }
      Gradients.assertClose("read-outs", expected.out, s.out);
      Gradients.assertClose("w", expectedW, w);
      Gradients.assertClose("phi(k)", expectedG.phiK, g.phiK);
      Gradients.assertClose("phi(q)", expectedG.phiQ, g.phiQ);
      Gradients.assertClose("v", expectedG.v, g.v);
      Gradients.assertClose("beta", expectedG.beta, g.beta);
      Gradients.assertClose("w0", expectedGradW, gradW);
      if (s.forget != null) {
        Gradients.assertClose("forget", expectedG.forget, g.forget);
      }
    }
  }
}
