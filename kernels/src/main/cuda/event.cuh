// What all layouts of the memory step share: who works on what, and what an event reads and gives.
#pragma once
#include "features.cuh"
#include "store.cuh"

namespace fastweights {

// The largest magnitude of a delta that is learned: 2^60.
constexpr float LARGEST_DELTA = 1152921504606846976.0f;

template <int V>
__device__ __forceinline__ void accumulate(Columns<V>& sum, float feature, const Columns<V>& c) {
#pragma unroll
  for (int v = 0; v < V; v++) {
    sum.at[v] = fmaf(feature, c.at[v], sum.at[v]);
  }
}

// A row with phi(k) delta added, rounded as it is stored.
template <class Pool, int V, class Raw>
__device__ __forceinline__ Raw learned(
    const Raw& row, float feature, const Columns<V>& delta, const Noise<V>& noise, int at) {
  Columns<V> c = Pool::template unpack<V>(row);
  accumulate(c, feature, delta);
  return Pool::template pack<V>(c, noise, at);
}

// A row multiplied by what a memory fades by, rounded as it is stored.
template <class Pool, int V, class Raw>
__device__ __forceinline__ Raw faded(
    const Raw& row, float fade, const Noise<V>& noise, int at) {
  Columns<V> c = Pool::template unpack<V>(row);
#pragma unroll
  for (int v = 0; v < V; v++) {
    c.at[v] *= fade;
  }
  return Pool::template pack<V>(c, noise, at);
}

// Columns of W do not meet, given phi. So LANES lanes of a warp own a tile of LANES * V columns of
// one head of one segment from its first event to its last, without a word to other lanes but
// phi. GATED: memories may have forget gates.
template <class Pool, int V, int LANES, bool GATED>
struct Tile {
  typedef typename Pool::Element Element;
  static constexpr int GROUPS = WARP / LANES;
  static constexpr int COLUMNS = LANES * V;

  const MemoryStep& step;
  int head, tile, column;
  int from, end;        // rows of the segment's events
  int longest;          // most events of the warp's segments
  bool fresh;
  bool mine;            // this lane owns columns
  Element* w;           // its columns of row 0

  __device__ __forceinline__ explicit Tile(const MemoryStep& s) : step(s) {
    const int lane = threadIdx.x % WARP;
    const int warp = blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
    const int work = warp * GROUPS + lane / LANES, perSegment = step.heads * step.tiles;
    const int segment = work / perSegment;
    head = work % perSegment / step.tiles;
    tile = work % step.tiles;
    column = tile * COLUMNS + lane % LANES * V;
    int4 events = make_int4(-1, 0, 0, 0);
    if (segment < step.segmentCount) {
      events = reinterpret_cast<const int4*>(step.segments)[step.firstSegment + segment];
    }
    const bool skipped = events.x < 0;
    from = events.y;
    end = skipped ? events.y : events.z;
    fresh = events.w != 0;
    mine = !skipped && column < step.columns;
    w = reinterpret_cast<Element*>(step.pool) + (long long)events.x * step.slotStride +
        step.layer + headAt() + column;
    longest = end - from;
#pragma unroll
    for (int other = LANES; other < WARP; other *= 2) {
      longest = max(longest, __shfl_xor_sync(FULL_WARP, longest, other));
    }
  }

  // Where this head begins in a layer.
  __device__ __forceinline__ long long headAt() const {
    return GATED ? (long long)head * step.headStride : (long long)head * step.rows * step.columns;
  }

  // Reads k and q of a row and logs k; the whole warp calls it, lanes beyond their segment's end
  // without effect.
  __device__ __forceinline__ void readFeatures(Features<LANES>& features, int row) const {
    const bool active = row < end;
    const float* at = reinterpret_cast<const float*>(step.projections) +
                      (long long)row * step.projectionStride + head * step.d;
    float* log = reinterpret_cast<float*>(step.keys) + (long long)row * step.keyStride +
                 step.keyAt + head * step.d;
    features.read(active ? at + step.key : nullptr,
                  active && step.query >= 0 ? at + step.query : nullptr,
                  active && step.keys != 0 && tile == 0 ? log : nullptr);
  }

  __device__ __forceinline__ bool writes(int row) const {
    return (step.options & ASKS_WRITE) ||
           reinterpret_cast<const unsigned char*>(step.observes)[row];
  }

  __device__ __forceinline__ float fade(int row) const {
    const int at = gated() ? row * step.heads + head : row;
    return step.fades ? reinterpret_cast<const float*>(step.fades)[at] : 1.0f;
  }

  __device__ __forceinline__ bool gated() const { return GATED && step.scales != 0; }

  // What W is multiplied by beside what is stored: only with a forget gate.
  __device__ __forceinline__ float scale(int row) const {
    return reinterpret_cast<const float*>(step.scales)[row * step.heads + head];
  }

  // The noise of an event's pass: 0 where W fades, then one for each update.
  __device__ __forceinline__ Noise<V> noise(int row, int pass) const {
    Noise<V> noise = {};
    if (step.seeds != 0) {
      const Address seeds = gated() && pass == 0 ? step.fadeSeeds : step.seeds;
      const unsigned event = reinterpret_cast<const unsigned*>(seeds)[row];
      noise.seed = mixed(event + (unsigned)pass * NOISE_STEP) +
                   (unsigned)(step.layer + headAt());
#pragma unroll
      for (int v = 0; v < V; v++) {
        noise.column[v] = mixed((unsigned)(column + v) + NOISE_STEP);
      }
    }
    return noise;
  }

  __device__ __forceinline__ void value(int row, Columns<V>& into) const {
    Fp32::load(reinterpret_cast<const float*>(step.values) + (long long)row * step.valueStride +
                   step.value + (long long)head * step.valueHeadStride + column,
               into);
  }

  __device__ __forceinline__ float beta(int row) const {
    return reinterpret_cast<const float*>(
        step.betas)[(long long)row * step.betaStride + step.beta + head];
  }

  // beta (v - v_old), or beta v; puts it and v_old where they are wanted. A delta out of bounds is
  // 0 (math/DeltaRule.java), and its v_old NaN where the event writes: so is the recall error then.
  // What a forget gate holds W without multiplies v_old; it has divided beta.
  __device__ __forceinline__ Columns<V> delta(
      int row, const Columns<V>& value, float beta, Columns<V> old) const {
    if (gated()) {
      multiply(old, scale(row));
    }
    Columns<V> delta;
#pragma unroll
    for (int v = 0; v < V; v++) {
      delta.at[v] = beta * (step.options & SUM_RULE ? value.at[v] : value.at[v] - old.at[v]);
      if (!(fabsf(delta.at[v]) <= LARGEST_DELTA)) {
        delta.at[v] = 0.0f;
        old.at[v] = writes(row) ? floatOf(0x7fc00000u) : old.at[v];
      }
    }
    put(step.recalls, ((long long)row * step.heads + head) * step.columns, old);
    putDelta((long long)row * step.deltaStride + step.deltaAt +
                 head * (GATED ? step.deltaHeadStride : step.columns),
             delta);
    return delta;
  }

  __device__ __forceinline__ void putRead(int row, Columns<V> read) const {
    if (gated()) {
      multiply(read, scale(row));
    }
    multiply(read, step.scale);
    put(step.reads, ((long long)row * step.heads + head) * step.columns, read);
  }

 private:
  static __device__ __forceinline__ void multiply(Columns<V>& c, float by) {
#pragma unroll
    for (int v = 0; v < V; v++) {
      c.at[v] *= by;
    }
  }

  // With a forget gate a delta takes a float more, so that columns stand at odd places too.
  __device__ __forceinline__ void putDelta(long long at, const Columns<V>& c) const {
    if (!gated()) {
      put(step.deltas, at, c);
    } else if (step.deltas != 0) {
#pragma unroll
      for (int v = 0; v < V; v++) {
        reinterpret_cast<float*>(step.deltas)[at + column + v] = c.at[v];
      }
    }
  }

  __device__ __forceinline__ void put(Address to, long long at, const Columns<V>& c) const {
    if (to != 0) {
      Fp32::store(reinterpret_cast<float*>(to) + at + column, c);
    }
  }
};

}  // namespace fastweights
