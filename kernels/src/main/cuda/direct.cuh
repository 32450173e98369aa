// The memory step where W stands in device memory: only rows that phi(k) or phi(q) touches are
// read (0.44 of them for gaussian inputs), only those of phi(k) are written (a quarter). Rows move
// in chunks, so that many loads are under way at once. The first HELD touched rows stay in
// registers from the first read to the second, the next KEPT in shared memory; the rest is read
// again. An event before which W fades rewrites every row first; where it is an ask, rows fade when
// they are used instead, and nothing is written.
#pragma once
#include "event.cuh"

namespace fastweights {

template <class Pool, int V, int LANES, int HELD, int KEPT, bool AHEAD, bool GATED = false>
struct DirectWarp {
  typedef Tile<Pool, V, LANES, GATED> Mine;
  typedef typename Pool::Element Element;
  typedef typename Pool::template Raw<V> Row;
  static constexpr int GROUPS = Mine::GROUPS;
  static_assert(HELD % CHUNK == 0 && KEPT % CHUNK == 0, "whole chunks");

  const MemoryStep& step;
  Mine my;
  Features<LANES> features;
  TouchedRows touched;
  Element* kept;       // [KEPT][LANES * V], this lane's columns
  float fadeAsked;     // what rows are multiplied by once they are loaded: 1 unless an ask's fade
  Noise<V> fades;      // of the event before which W fades

  static __device__ __forceinline__ int listed(const MemoryStep& s) {
    return (s.rows + CHUNK - 1) / CHUNK * CHUNK;
  }

  // Shared memory of a group: the list, r of k and q, kept rows (MemoryKernel.java counts them).
  static __device__ __forceinline__ float* space(const MemoryStep& s, unsigned char* shared) {
    const int group = threadIdx.x / LANES;
    const int floats = 3 * listed(s) + 4 * ((s.d + 3) / 4 * 4);
    return reinterpret_cast<float*>(
        shared + group * (floats * sizeof(float) + KEPT * LANES * V * sizeof(Element)));
  }

  __device__ __forceinline__ DirectWarp(const MemoryStep& s, unsigned char* shared)
      : step(s), my(s), features(s, space(s, shared) + 3 * listed(s)) {
    float* mine = space(s, shared);
    touched.phi = reinterpret_cast<Feature*>(mine);
    touched.at = reinterpret_cast<int*>(mine + 2 * listed(s));
    kept = reinterpret_cast<Element*>(mine + 3 * listed(s) + 4 * ((s.d + 3) / 4 * 4)) +
           threadIdx.x % LANES * V;
    fadeAsked = 1.0f;
  }

  __device__ __forceinline__ void run() {
    if (my.mine && my.fresh) {
      zero();
    }
    for (int i = 0; i < my.longest; i++) {
      const int row = my.from + i;
      my.readFeatures(features, row);
      const int count = features.list(touched, step.columns);
      if (my.mine && row < my.end) {
        event(row, count);
      }
      __syncwarp();
    }
  }

 private:
  __device__ __forceinline__ void zero() {
    const Row none = {};
#pragma unroll 8
    for (int i = 0; i < step.rows; i++) {
      Pool::store(my.w + (long long)i * step.columns, none);
    }
  }

  __device__ __forceinline__ void fade(float by) {
#pragma unroll 8
    for (int i = 0; i < step.rows; i++) {
      Row row;
      Pool::load(my.w + (long long)i * step.columns, row);
      row = faded<Pool, V>(row, by, fades, i * step.columns);
      Pool::store(my.w + (long long)i * step.columns, row);
    }
  }

  __device__ __forceinline__ void load(int first, Row* rows) const {
#pragma unroll
    for (int i = 0; i < CHUNK; i++) {
      Pool::load(my.w + touched.at[first + i], rows[i]);
    }
  }

  // Not where a row is loaded, as that would wait for it.
  __device__ __forceinline__ void fadeIfAsked(int first, Row* rows) const {
    if (fadeAsked != 1.0f) {
#pragma unroll
      for (int i = 0; i < CHUNK; i++) {
        rows[i] = faded<Pool, V>(rows[i], fadeAsked, fades, touched.at[first + i]);
      }
    }
  }

  __device__ __forceinline__ void recall(
      int first, const Row* rows, Columns<V>& old) const {
#pragma unroll
    for (int i = 0; i < CHUNK; i++) {
      const float key = touched.phi[first + i].key;
      if (key != 0.0f) {
        accumulate(old, key, Pool::template unpack<V>(rows[i]));
      }
    }
  }

  __device__ __forceinline__ void learnAndRead(
      int first, Row* rows, const Columns<V>& delta, const Noise<V>& noise, bool writes,
      Columns<V>& read) const {
#pragma unroll
    for (int i = 0; i < CHUNK; i++) {
      const Feature phi = again(touched.phi + first + i);
      if (phi.key != 0.0f) {
        const int at = again(touched.at + first + i);
        rows[i] = learned<Pool>(rows[i], phi.key, delta, noise, at);
        if (writes) {
          Pool::store(my.w + at, rows[i]);
        }
      }
      if (phi.query != 0.0f) {
        accumulate(read, phi.query, Pool::template unpack<V>(rows[i]));
      }
    }
  }

  __device__ __forceinline__ bool isKept(int first) const {
    return KEPT > 0 && first < HELD + KEPT;
  }

  // The chunk of rows at c into `now`, from where it is; the next one is under way then.
  __device__ __forceinline__ void next(
      int c, int count, Row* ahead, Row* now, bool first) const {
    if (!first && isKept(c)) {
#pragma unroll
      for (int i = 0; i < CHUNK; i++) {
        Pool::load(kept + (c - HELD + i) * LANES * V, now[i]);
      }
    } else if (AHEAD) {
#pragma unroll
      for (int i = 0; i < CHUNK; i++) {
        now[i] = ahead[i];
      }
    } else {
      load(c, now);
    }
    if (AHEAD && c + CHUNK < count && (first || !isKept(c + CHUNK))) {
      load(c + CHUNK, ahead);
    }
    if (first || !isKept(c)) {
      fadeIfAsked(c, now);
    }
  }

  __device__ __forceinline__ void event(int row, int count) {
    const bool writes = my.writes(row);
    const float by = my.fade(row);
    fadeAsked = writes ? 1.0f : by;
    if (by != 1.0f) {
      fades = my.noise(row, 0);
    }
    if (writes && by != 1.0f) {
      fade(by);
    }
    Row held[HELD], ahead[CHUNK], now[CHUNK];
#pragma unroll
    for (int c = 0; c < HELD; c += CHUNK) {
      if (c < count) {
        load(c, held + c);
      }
    }
    Columns<V> value;
    my.value(row, value);
    const float beta = my.beta(row);
    if (AHEAD && HELD < count) {
      load(HELD, ahead);
    }
    Columns<V> old = {};
#pragma unroll
    for (int c = 0; c < HELD; c += CHUNK) {
      if (c < count) {
        fadeIfAsked(c, held + c);
        recall(c, held + c, old);
      }
    }
#pragma unroll 1
    for (int c = HELD; c < count; c += CHUNK) {
      next(c, count, ahead, now, true);
      recall(c, now, old);
      if (isKept(c)) {
#pragma unroll
        for (int i = 0; i < CHUNK; i++) {
          Pool::store(kept + (c - HELD + i) * LANES * V, now[i]);
        }
      }
    }
    if (AHEAD && !isKept(HELD) && HELD < count) {
      load(HELD, ahead);
    }
    const Columns<V> delta = my.delta(row, value, beta, old);
    const Noise<V> noise = my.noise(row, step.update + 1);
    Columns<V> read = {};
#pragma unroll
    for (int c = 0; c < HELD; c += CHUNK) {
      if (c < count) {
        learnAndRead(c, held + c, delta, noise, writes, read);
      }
    }
#pragma unroll 1
    for (int c = HELD; c < count; c += CHUNK) {
      next(c, count, ahead, now, false);
      learnAndRead(c, now, delta, noise, writes, read);
    }
    my.putRead(row, read);
  }
};

}  // namespace fastweights
