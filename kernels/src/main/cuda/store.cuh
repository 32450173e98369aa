// Where W stands while its events run, and how its floats are stored. A lane moves V columns of a
// row at once.
#pragma once
#include "platform.cuh"

namespace fastweights {

template <int V>
struct Columns {
  float at[V];
};

// The odd number that noise is multiplied with: the golden ratio of 2^32.
constexpr unsigned NOISE_STEP = 0x9e3779b9u;

// The finaliser of MurmurHash3 for 32 bits (numeric/StochasticRounding.java, as all of the noise).
__device__ __forceinline__ unsigned mixed(unsigned x) {
  x = (x ^ x >> 16) * 0x85ebca6bu;
  x = (x ^ x >> 13) * 0xc2b2ae35u;
  return x ^ x >> 16;
}

// The noise by which one pass of an event rounds a lane's columns of a head.
template <int V>
struct Noise {
  unsigned seed;          // of the pass, and the head's place in the memory
  unsigned column[V];

  // Its part for a row.
  __device__ __forceinline__ unsigned row(int at) const { return mixed(seed + (unsigned)at); }

  __device__ __forceinline__ unsigned of(unsigned row, int v) const {
    return (row ^ column[v]) * NOISE_STEP >> 16;
  }
};

// The upper half of a float: at or below |x|, or the next above with a probability of
// f - f (1 - f) / 128, f being the lower half.
__device__ __forceinline__ unsigned toBf16(float x, unsigned noise) {
  const unsigned bits = bitsOf(x), f = bits & 0xffffu;
  const unsigned damping = f * (0x10000u - f) >> 23;
  return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : (bits - damping + noise) >> 16;
}

// phi(k) and phi(q) at one row.
struct __align__(8) Feature {
  float key, query;
};

// Reads shared memory anew, so that the compiler does not hold in registers what was read before.
__device__ __forceinline__ Feature again(const Feature* at) {
  const unsigned long long bits = *reinterpret_cast<const volatile unsigned long long*>(at);
  Feature feature;
  feature.key = floatOf((unsigned)bits);
  feature.query = floatOf((unsigned)(bits >> 32));
  return feature;
}

__device__ __forceinline__ int again(const int* at) {
  return *static_cast<const volatile int*>(at);
}

// A store's Raw<V> is V columns of a row as they stand in the pool: a bf16 row takes half the
// registers. pack rounds the row that begins `at` elements after its head.
struct Fp32 {
  typedef float Element;
  template <int V>
  using Raw = Columns<V>;

  static __device__ __forceinline__ void load(const float* from, Columns<1>& to) {
    to.at[0] = from[0];
  }
  static __device__ __forceinline__ void load(const float* from, Columns<2>& to) {
    const float2 w = *reinterpret_cast<const float2*>(from);
    to.at[0] = w.x, to.at[1] = w.y;
  }
  static __device__ __forceinline__ void store(float* to, const Columns<1>& w) {
    to[0] = w.at[0];
  }
  static __device__ __forceinline__ void store(float* to, const Columns<2>& w) {
    *reinterpret_cast<float2*>(to) = make_float2(w.at[0], w.at[1]);
  }
  template <int V>
  static __device__ __forceinline__ Columns<V> unpack(const Columns<V>& w) {
    return w;
  }
  template <int V>
  static __device__ __forceinline__ Columns<V> pack(
      const Columns<V>& w, const Noise<V>&, int) {
    return w;
  }
};

// Two columns a word, the first in the lower half.
template <int V>
struct Pairs {
  unsigned at[(V + 1) / 2];
};

struct Bf16 {
  typedef unsigned short Element;
  template <int V>
  using Raw = Pairs<V>;

  static __device__ __forceinline__ void load(const Element* from, Pairs<1>& to) {
    to.at[0] = from[0];
  }
  static __device__ __forceinline__ void load(const Element* from, Pairs<2>& to) {
    to.at[0] = *reinterpret_cast<const unsigned*>(from);
  }
  static __device__ __forceinline__ void store(Element* to, const Pairs<1>& w) {
    to[0] = (Element)w.at[0];
  }
  static __device__ __forceinline__ void store(Element* to, const Pairs<2>& w) {
    *reinterpret_cast<unsigned*>(to) = w.at[0];
  }
  template <int V>
  static __device__ __forceinline__ Columns<V> unpack(const Pairs<V>& w) {
    Columns<V> c;
#pragma unroll
    for (int v = 0; v < V; v++) {
      c.at[v] = floatOf(v % 2 == 0 ? w.at[v / 2] << 16 : w.at[v / 2] & 0xffff0000u);
    }
    return c;
  }
  template <int V>
  static __device__ __forceinline__ Pairs<V> pack(
      const Columns<V>& c, const Noise<V>& noise, int at) {
    const unsigned row = noise.row(at);
    Pairs<V> w;
#pragma unroll
    for (int v = 0; v < V; v += 2) {
      const int next = (v + 1) % V;
      w.at[v / 2] = toBf16(c.at[v], noise.of(row, v)) |
                    (v + 1 < V ? toBf16(c.at[next], noise.of(row, next)) << 16 : 0u);
    }
    return w;
  }
};

}  // namespace fastweights
