// exp, softplus and the tail of the normal distribution in double: numeric/Transcendental.java,
// operation by operation, so that the bits are those.
#pragma once
#include "platform.cuh"

namespace fastweights {

__device__ __forceinline__ double exponential(double x) {
  constexpr double taylor[] = {1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24,
                               1.0 / 6,     1.0 / 2,    1.0,       1.0};
  constexpr double ROUND = 0x1.8p52, LOG2_E = 0x1.71547652b82fep0, LN_2 = 0x1.62e42fefa39efp-1;
  double held = x > 700.0 ? 700.0 : x;
  held = held < -700.0 ? -700.0 : held;
  const double rounded = fma(held, LOG2_E, ROUND);
  const double r = fma(rounded - ROUND, -LN_2, held);
  double p = taylor[0];
#pragma unroll
  for (int i = 1; i < 9; i++) {
    p = fma(p, r, taylor[i]);
  }
  // NaN apart: what its lowest bits are is the device's own business.
  return x != x ? x : doubleOf(bitsOf(p) + (bitsOf(rounded) << 52));
}

// log(1 + e^x).
__device__ __forceinline__ double softplus(double x) {
  constexpr double atanh[] = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                              1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
  const double e = exponential(-fabs(x));
  const double s = e / (2.0 + e);
  double p = atanh[0];
#pragma unroll
  for (int i = 1; i < 11; i++) {
    p = fma(p, s * s, atanh[i]);
  }
  return (x > 0.0 ? x : 0.0) + 2.0 * s * p;
}

// Phi(-t) for t >= 0, held below 20.
__device__ __forceinline__ double normalTail(double t) {
  constexpr double tail[] = {
      -5.6220704364185434e-05, -4.567627674805085e-05, 0.0005534656209014844,
      -0.0008022193839616077,  -0.002996598273827902,  0.02079571897146086,
      -0.0691181560946019,     0.1650203152598509,     -0.313533181897692,
      0.4953056178831012,      -0.6653825026903514,    0.7691930497370486};
  const double held = t > 20.0 ? 20.0 : t;
  const double inverse = 1.0 / (held + 5.0);
  const double u = (held - 5.0) * inverse;
  double p = tail[0];
#pragma unroll
  for (int i = 1; i < 12; i++) {
    p = fma(p, u, tail[i]);
  }
  return p * inverse * exponential(-0.5 * held * held);
}

}  // namespace fastweights
