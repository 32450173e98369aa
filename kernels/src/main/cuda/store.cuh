// Where W stands while its events run, and how its floats are stored. A lane moves V columns of a
// row at once.
#pragma once
#include "platform.cuh"

namespace fastweights {

template <int V>
struct Columns {
  float at[V];
};

// The upper half of a float, rounded to nearest, ties to even (math/BrainFloat.java).
__device__ __forceinline__ unsigned toBf16(float x) {
  const unsigned bits = bitsOf(x);
  return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u
                                            : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
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
// registers. pack rounds.
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
  static __device__ __forceinline__ Columns<V> pack(const Columns<V>& w) {
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
  static __device__ __forceinline__ Pairs<V> pack(const Columns<V>& c) {
    Pairs<V> w;
#pragma unroll
    for (int v = 0; v < V; v += 2) {
      w.at[v / 2] = toBf16(c.at[v]) | (v + 1 < V ? toBf16(c.at[(v + 1) % V]) << 16 : 0u);
    }
    return w;
  }
};

}  // namespace fastweights
