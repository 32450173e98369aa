// phi(k) and phi(q) of one event and head, by the LANES lanes of a warp that own the head's tile.
// Of 32 lanes the lower half makes phi(k) and the upper phi(q); 16 lanes make both; 8 lanes make
// two of the sixteen partial sums each. Features are computed twice, for their sum and for use:
// that costs what keeping them would. Where their size is out of range they are made of a scaled z.
// Bits as math/Dpfp.java.
#pragma once
#include "arguments.cuh"
#include "store.cuh"
#include "transcendental.cuh"

namespace fastweights {

// Sizes of phi between which it is exact as it is: 2^-40 and 2^60.
constexpr float SMALLEST_SIZE = 9.094947017729282e-13f, LARGEST_SIZE = 1152921504606846976.0f;

// Touched rows are listed and loaded in chunks of so many.
constexpr int CHUNK = 8;

// Rows of W that an event touches, ascending; as many entries as there are rows, rounded up to a
// chunk.
struct TouchedRows {
  int* at;        // element where the row begins
  Feature* phi;
};

template <int LANES>
struct Features {
  static constexpr int SIDES = LANES == WARP ? 1 : 2;
  static constexpr int SPREAD = LANES < SUM_LANES ? LANES : SUM_LANES;
  static constexpr int PARTIALS = SUM_LANES / SPREAD;

  // Which feature a lane is at: its place in a block of r * roll(r, shift).
  struct Cursor {
    int at, shift;
  };

  const MemoryStep& step;
  float* r;             // float[2][span]: [relu(z), relu(-z)], or elu(z) + 1
  const int span;
  const int first, side, group;
  const bool elu, unit;
  float inverse[SIDES];  // phi is multiplied with it

  __device__ __forceinline__ Features(const MemoryStep& s, float* space)
      : step(s),
        r(space),
        span(s.options & ELU_PLUS_ONE ? s.d : 2 * s.d),
        first(threadIdx.x % SPREAD),
        side(SIDES == 1 ? threadIdx.x % WARP / SUM_LANES : 0),
        group(threadIdx.x % WARP / LANES),
        elu(s.options & ELU_PLUS_ONE),
        unit(s.options & UNIT_LENGTH) {}

  // Reads k and q (null: none, phi is 0) and finds their size. The whole warp calls it.
  __device__ __forceinline__ void read(const float* key, const float* query, float* log) {
#pragma unroll
    for (int s = 0; s < SIDES; s++) {
      const bool ofKey = s + side == 0;
      rectify(ofKey ? key : query, r + (s + side) * span, ofKey ? log : nullptr);
    }
    __syncwarp();
    float size[SIDES];
#pragma unroll 1
    for (int pass = 0;; pass++) {
      measure(size);
      bool odd[SIDES], any = false;
#pragma unroll
      for (int s = 0; s < SIDES; s++) {
        const bool there = (s + side == 0 ? key : query) != nullptr;
        odd[s] = there && !(size[s] >= SMALLEST_SIZE && size[s] <= LARGEST_SIZE);
        any |= odd[s];
      }
      if (pass == 1 || !__ballot_sync(FULL_WARP, any)) {
        break;
      }
#pragma unroll
      for (int s = 0; s < SIDES; s++) {
        rescale(r + (s + side) * span, odd[s]);
      }
      __syncwarp();
    }
#pragma unroll
    for (int s = 0; s < SIDES; s++) {
      inverse[s] = size[s] < 1.17549435e-38f ? 0.0f : 1.0f / size[s];
    }
  }

  // Lists the rows where phi(k) or phi(q) is not 0; returns how many. The last chunk is filled up
  // with rows of feature 0. pitch: elements from one row of W to the next.
  __device__ __forceinline__ int list(const TouchedRows& rows, int pitch) const {
    Cursor cursors[PARTIALS];
    begin(cursors);
    int count = 0, last = 0;
#pragma unroll 1
    for (int base = 0; base < step.rows; base += SUM_LANES) {
      float x[SIDES][PARTIALS];
      const unsigned touched = next(base, cursors, x);
#pragma unroll
      for (int p = 0; p < PARTIALS; p++) {
        const int i = p * SPREAD + first;
        if (touched >> i & 1) {
          const int to = count + __popc(touched & ((1u << i) - 1));
          if (side == 0) {
            rows.at[to] = (base + i) * pitch;
            rows.phi[to].key = x[0][p];
          }
          if (SIDES == 2 || side == 1) {
            rows.phi[to].query = x[SIDES - 1][p];
          }
        }
      }
      last = touched ? base + 31 - __clz(touched) : last;
      count += __popc(touched);
    }
    const int member = threadIdx.x % LANES;
    if (member < (CHUNK - count % CHUNK) % CHUNK) {
      rows.at[count + member] = last * pitch;
      rows.phi[count + member].key = 0.0f;
      rows.phi[count + member].query = 0.0f;
    }
    __syncwarp();
    return count;
  }

 private:
  // The sums of phi, or its Euclidean lengths.
  __device__ __forceinline__ void measure(float (&size)[SIDES]) const {
    float partial[SIDES][PARTIALS] = {};
    Cursor cursors[PARTIALS];
    begin(cursors);
#pragma unroll 4
    for (int base = 0; base < step.rows; base += SUM_LANES) {
#pragma unroll
      for (int p = 0; p < PARTIALS; p++) {
#pragma unroll
        for (int s = 0; s < SIDES; s++) {
          if (base + p * SPREAD + first < step.rows) {
            const float x = raw(s, cursors[p]);
            partial[s][p] = unit ? fmaf(x, x, partial[s][p]) : partial[s][p] + x;
          }
        }
        advance(cursors[p]);
      }
    }
#pragma unroll
    for (int s = 0; s < SIDES; s++) {
      float sum = partial[s][0];
#pragma unroll
      for (int p = 1; p < PARTIALS; p++) {
        sum += partial[s][p];
      }
#pragma unroll
      for (int half = SPREAD / 2; half > 0; half /= 2) {
        sum += __shfl_xor_sync(FULL_WARP, sum, half);
      }
      size[s] = unit ? sqrtf(sum) : sum;
    }
  }

  // Multiplies z by the power of two that brings its largest value to 1 ... 4.
  __device__ __forceinline__ void rescale(float* z, bool wanted) const {
    float largest = 0.0f;
#pragma unroll 1
    for (int i = first; i < span; i += SPREAD) {
      largest = z[i] > largest ? z[i] : largest;
    }
#pragma unroll
    for (int half = SPREAD / 2; half > 0; half /= 2) {
      const float other = __shfl_xor_sync(FULL_WARP, largest, half);
      largest = other > largest ? other : largest;
    }
    const unsigned bits = bitsOf(largest);
    const int exponent = (int)(bits >> 23) - 127, most = exponent > 126 ? 126 : exponent;
    const bool scales = wanted && bits != 0u && bits < 0x7f800000u;
    const float scale = scales ? floatOf((unsigned)(127 - most) << 23) : 1.0f;
#pragma unroll 1
    for (int i = first; i < span; i += SPREAD) {
      z[i] *= scale;
    }
  }

  __device__ __forceinline__ void rectify(const float* from, float* to, float* log) const {
#pragma unroll 4
    for (int i = first; i < step.d; i += SPREAD) {
      const float x = from ? from[i] : 0.0f;
      if (log) {
        log[i] = x;
      }
      to[i] = x > 0.0f ? x : 0.0f;
      if (!elu) {
        to[step.d + i] = x < 0.0f ? -x : 0.0f;
      }
    }
    // Not in the loop above, where it would be unrolled: an exp is long.
#pragma unroll 1
    for (int i = first; elu && from && i < step.d; i += SPREAD) {
      to[i] = from[i] > 0.0f ? from[i] + 1.0f : (float)exponential((double)from[i]);
    }
  }

  __device__ __forceinline__ void begin(Cursor* cursors) const {
#pragma unroll
    for (int p = 0; p < PARTIALS; p++) {
      cursors[p].at = (p * SPREAD + first) % span;
      cursors[p].shift = 1 + (p * SPREAD + first) / span;
    }
  }

  __device__ __forceinline__ void advance(Cursor& c) const {
    c.at += SUM_LANES;
#pragma unroll 1
    while (c.at >= span) {
      c.at -= span;
      c.shift++;
    }
  }

  // A feature before normalisation.
  __device__ __forceinline__ float raw(int s, const Cursor& c) const {
    const float* z = r + (s + side) * span;
    return elu ? z[c.at] : z[c.at] * z[c.at >= c.shift ? c.at - c.shift : c.at - c.shift + span];
  }

  // The features base ... base + 15, and in which of these rows k or q has one that is not 0.
  __device__ __forceinline__ unsigned next(
      int base, Cursor* cursors, float (&x)[SIDES][PARTIALS]) const {
    unsigned touched = 0;
#pragma unroll
    for (int p = 0; p < PARTIALS; p++) {
      const bool inside = base + p * SPREAD + first < step.rows;
      bool any = false;
#pragma unroll
      for (int s = 0; s < SIDES; s++) {
        const float value = inside ? raw(s, cursors[p]) : 0.0f;
        x[s][p] = value * inverse[s];
        any |= x[s][p] != 0.0f;
      }
      advance(cursors[p]);
      const unsigned votes = __ballot_sync(FULL_WARP, any);
      touched |= SIDES == 1 ? (votes | votes >> SUM_LANES) & 0xffffu
                            : (votes >> group * LANES & ((1u << SPREAD) - 1)) << p * SPREAD;
    }
    return touched;
  }
};

}  // namespace fastweights
