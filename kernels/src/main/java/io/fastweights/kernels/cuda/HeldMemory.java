package io.fastweights.kernels.cuda;

import io.fastweights.kernels.math.ForgetGate;
import io.fastweights.kernels.train.network.DeviceRecurrence.Head;
import io.fastweights.kernels.train.network.HeadSequence;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * How a sequence's memory is held on a device, where W is V by a scale: {@code W = s V}. A forget
 * gate changes s alone. Then V follows the recurrence without a gate, of values {@code v / s} and
 * with read-outs {@code W^T phi(q) / s}; gradients of V are those of W by s. Where the gate's
 * counter is full V is multiplied by a power of two. Without a gate every scale is 1.
 */
final class HeldMemory {
  private final Head head;

  /** float[event]: s while the event reads. */
  private final float[] scales;

  /** float[event]: what V is multiplied by before the event. */
  private final float[] wraps;

  /** True where V is kept before the event. */
  private final boolean[] keeps;

  private int snapshots;
  private float end = 1;

  /**
   * Follows the gate's counter through a sequence.
   *
   * @param interval events between two snapshots, which are also taken where V is multiplied
   */
  HeldMemory(Head head, int interval) {
    this.head = head;
    this.scales = new float[head.length()];
    this.wraps = new float[head.length()];
    this.keeps = new boolean[head.length()];
    Arrays.fill(scales, 1f);
    Arrays.fill(wraps, 1f);
    if (head.values().forget != null) {
      forget();
    }
    for (int t = 0; t < head.length(); t++) {
      keeps[t] = wraps[t] != 1 || t > 0 && t % interval == 0;
      snapshots += keeps[t] ? 1 : 0;
    }
  }

  /** An ask's steps are dropped after it. */
  private void forget() {
    int counter = 0;
    for (int t = 0; t < head.length(); t++) {
      int next = counter + (int) head.values().forget[betaAt(head.values(), t)];
      float wrap = ForgetGate.wrap(next);
      float rest = ForgetGate.scale(next % ForgetGate.SPAN);
      if (asks(t)) {
        scales[t] = rest * wrap;
      } else {
        scales[t] = rest;
        wraps[t] = wrap;
        counter = next % ForgetGate.SPAN;
      }
    }
    end = ForgetGate.scale(counter);
  }

  private static int betaAt(HeadSequence s, int t) {
    return s.betaAt + t * s.betaStride;
  }

  Head head() {
    return head;
  }

  int length() {
    return head.length();
  }

  boolean asks(int t) {
    return head.asks() != null && head.asks()[t];
  }

  /** s while event t reads. */
  float scale(int t) {
    return scales[t];
  }

  /** What V is multiplied by before event t, behind its snapshot. */
  float wrap(int t) {
    return wraps[t];
  }

  /** True if V is kept before event t. */
  boolean keeps(int t) {
    return keeps[t];
  }

  int snapshots() {
    return snapshots;
  }

  /** s after the sequence. */
  float end() {
    return end;
  }

  /**
   * Adds the gradients of a forget gate, in octaves: of event t {@code -log(2) <dL/dW, W>}, W being
   * what it reads. Read-outs are linear in W and v together. So that product is the one after the
   * event, and {@code <dL/dphi(q), phi(q)> - <dL/dv, v>} of the event; an ask has the latter alone.
   *
   * @param gradQ float[event][rows], gradients of phi(q)
   * @param gradV float[event][columns], gradients of v by s
   * @param product {@code <dL/dW, W>} after the sequence
   */
  void addForgetGradients(HeadSequence g, FloatBuffer gradQ, FloatBuffer gradV, double product) {
    HeadSequence s = head.values();
    int rows = gradQ.remaining() / Math.max(1, length());
    int columns = gradV.remaining() / Math.max(1, length());
    double all = product;
    for (int t = length() - 1; t >= 0; t--) {
      double own = dot(gradQ, t * rows, s.phiQ, t * rows, rows);
      own -= dot(gradV, t * columns, s.v, s.vAt + t * s.vStride, columns) / scales[t];
      all += own;
      g.forget[betaAt(g, t)] += (float) (-Math.log(2) * (asks(t) ? own : all));
    }
  }

  private static double dot(FloatBuffer x, int at, float[] y, int yAt, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum = Math.fma((double) x.get(at + i), y[yAt + i], sum);
    }
    return sum;
  }
}
