// The recurrence of training, over whole sequences and back: train/Recurrence.java on a device. A
// block takes one head of one sequence. Its warps share out the rows of W, the lanes of a warp the
// columns, so an element of W or of its gradient is the same thread's from the first event to the
// last: only sums over rows meet in shared memory. Every sum has one order: no atomics, the same
// bits from run to run (not those of the engine, whose sums over rows are one chain).
#include "arguments.cuh"
#include "platform.cuh"

using namespace fastweights;

namespace fastweights {

constexpr int RECURRENCE_WARPS = 8, RECURRENCE_THREADS = RECURRENCE_WARPS * WARP;

__device__ __forceinline__ float warpSum(float x) {
#pragma unroll
  for (int half = WARP / 2; half > 0; half /= 2) {
    x += __shfl_xor_sync(FULL_WARP, x, half);
  }
  return x;
}

struct HeadWalk {
  const Recurrence& args;
  const int lane, warp, rows, columns;
  int from, length;
  float* w;
  float* sums;    // [warps][columns] in shared memory: each warp's share of a sum over rows
  float* reads;   // the same, so that two sums need one barrier each
  float* delta;   // [columns], this warp's own copy

  __device__ __forceinline__ HeadWalk(const Recurrence& a, unsigned char* shared)
      : args(a), lane(threadIdx.x % WARP), warp(threadIdx.x / WARP), rows(a.rows),
        columns(a.columns) {
    const int4 events = reinterpret_cast<const int4*>(args.sequences)[blockIdx.x];
    from = events.x;
    length = events.y - events.x;
    w = matrix(args.memories, blockIdx.x);
    sums = reinterpret_cast<float*>(shared);
    reads = sums + RECURRENCE_WARPS * columns;
    delta = reads + (RECURRENCE_WARPS + warp) * columns;
  }

  __device__ __forceinline__ float* matrix(Address all, long long which) const {
    return reinterpret_cast<float*>(all) + which * rows * columns;
  }

  __device__ __forceinline__ float* row(Address all, int t, int width) const {
    return reinterpret_cast<float*>(all) + (long long)(from + t) * width;
  }

  __device__ __forceinline__ float beta(int t) const { return *row(args.betas, t, 1); }

  __device__ __forceinline__ bool asks(int t) const {
    return reinterpret_cast<const unsigned char*>(args.asks)[from + t];
  }

  __device__ __forceinline__ void clear(float* sum) const {
    for (int j = lane; j < columns; j += WARP) sum[warp * columns + j] = 0.0f;
  }

  // This warp's share of W^T phi.
  __device__ __forceinline__ void read(const float* from, const float* phi, float* sum) const {
    clear(sum);
    for (int i = warp; i < rows; i += RECURRENCE_WARPS) {
      const float feature = phi[i];
      if (feature != 0.0f) {
        for (int j = lane; j < columns; j += WARP) {
          float& s = sum[warp * columns + j];
          s = fmaf(feature, from[i * columns + j], s);
        }
      }
    }
  }

  __device__ __forceinline__ float total(const float* sum, int j) const {
    float all = sum[j];
#pragma unroll
    for (int other = 1; other < RECURRENCE_WARPS; other++) all += sum[other * columns + j];
    return all;
  }

  // phi(k) . phi(q); every warp has it.
  __device__ __forceinline__ float match(const float* k, const float* q) const {
    float sum = 0.0f;
    for (int i = lane; i < rows; i += WARP) sum = fmaf(k[i], q[i], sum);
    return warpSum(sum);
  }

  __device__ __forceinline__ void copy(const float* source, float* to) const {
    for (int i = warp; i < rows; i += RECURRENCE_WARPS) {
      for (int j = lane; j < columns; j += WARP) to[i * columns + j] = source[i * columns + j];
    }
  }

  __device__ __forceinline__ int kept(int t) const {
    return reinterpret_cast<const int*>(args.kept)[from + t];
  }

  __device__ __forceinline__ float* snapshot(int t) const {
    return matrix(args.snapshots, kept(t));
  }

  // Where a forget gate's counter is full: W, or the gradient of W on the way back.
  __device__ __forceinline__ void wrap(int t, float* all) const {
    const float by = *row(args.wraps, t, 1);
    for (int i = warp; by != 1.0f && i < rows; i += RECURRENCE_WARPS) {
      for (int j = lane; j < columns; j += WARP) all[i * columns + j] *= by;
    }
  }

  __device__ __forceinline__ void forward() const {
    for (int t = 0; t < length; t++) {
      if (kept(t) >= 0) {
        copy(w, snapshot(t));
        wrap(t, w);
      }
      const float* k = row(args.phiK, t, rows);
      const float* q = row(args.phiQ, t, rows);
      const bool ask = asks(t);
      if (!args.sumRule) read(w, k, sums);
      __syncthreads();
      insert(t);
      if (!ask) {
        for (int i = warp; i < rows; i += RECURRENCE_WARPS) {
          if (k[i] != 0.0f) {
            for (int j = lane; j < columns; j += WARP) {
              w[i * columns + j] = fmaf(k[i], delta[j], w[i * columns + j]);
            }
          }
        }
      }
      read(w, q, reads);
      __syncthreads();
      const float matched = ask ? match(k, q) : 0.0f;
      // An ask is answered from the update that is then dropped.
      for (int j = lane; warp == t % RECURRENCE_WARPS && j < columns; j += WARP) {
        const float read = total(reads, j);
        row(args.outs, t, columns)[j] = ask ? fmaf(matched, delta[j], read) : read;
      }
    }
  }

  // v - v_old, or v; this warp's copy of delta.
  __device__ __forceinline__ void insert(int t) const {
    for (int j = lane; j < columns; j += WARP) {
      const float v = row(args.values, t, columns)[j];
      const float inserted = args.sumRule ? v : v - total(sums, j);
      if (warp == 0) row(args.inserts, t, columns)[j] = inserted;
      delta[j] = beta(t) * inserted;
    }
  }

  // W is walked back: what is subtracted is what was added.
  __device__ __forceinline__ void backward() const {
    float* gradW = matrix(args.gradW, blockIdx.x);
    for (int t = length - 1; t >= 0; t--) {
      const float* k = row(args.phiK, t, rows);
      const float* q = row(args.phiQ, t, rows);
      const float* gradOut = row(args.outs, t, columns);
      const bool ask = asks(t);
      for (int j = lane; j < columns; j += WARP) {
        delta[j] = beta(t) * row(args.inserts, t, columns)[j];
      }
      clear(sums);
      const float matched = ask ? match(k, q) : 0.0f;
      const float answer = ask ? dot(delta, gradOut) : 0.0f;
      for (int i = warp; i < rows; i += RECURRENCE_WARPS) {
        if (k[i] != 0.0f || q[i] != 0.0f) {
          readAndWriteBack(t, i, k[i], q[i], gradOut, gradW + i * columns, ask, answer);
        }
      }
      __syncthreads();
      insertBack(t, ask, matched, gradOut);
      for (int i = warp; !args.sumRule && i < rows; i += RECURRENCE_WARPS) {
        if (k[i] != 0.0f) recallBack(t, i, k[i], gradW + i * columns);
      }
      if (kept(t) >= 0) {
        copy(snapshot(t), w);
        wrap(t, gradW);
      }
      __syncthreads();
    }
  }

  __device__ __forceinline__ float dot(const float* x, const float* y) const {
    float sum = 0.0f;
    for (int j = lane; j < columns; j += WARP) sum = fmaf(x[j], y[j], sum);
    return warpSum(sum);
  }

  // Row i through o = W^T phi(q) and W += phi(k) (x) delta.
  __device__ __forceinline__ void readAndWriteBack(
      int t, int i, float k, float q, const float* gradOut, float* gradRow, bool ask,
      float answer) const {
    float* wRow = w + i * columns;
    float ofQuery = 0.0f, ofKey = 0.0f;
    for (int j = lane; j < columns; j += WARP) {
      const float gradient = fmaf(q, gradOut[j], gradRow[j]);
      ofQuery = fmaf(wRow[j], gradOut[j], ofQuery);
      gradRow[j] = gradient;
      if (!ask) {
        float& s = sums[warp * columns + j];
        s = fmaf(k, gradient, s);
        ofKey = fmaf(gradient, delta[j], ofKey);
        wRow[j] = fmaf(-k, delta[j], wRow[j]);
      }
    }
    ofQuery = warpSum(ofQuery);
    ofKey = warpSum(ofKey);
    if (lane == 0 && q != 0.0f) row(args.gradQ, t, rows)[i] = fmaf(answer, k, ofQuery);
    if (lane == 0 && k != 0.0f) row(args.gradK, t, rows)[i] = fmaf(answer, q, ofKey);
  }

  // Through delta = beta (v - v_old); leaves the gradient of -v_old in delta.
  __device__ __forceinline__ void insertBack(
      int t, bool ask, float matched, const float* gradOut) const {
    const float* inserts = row(args.inserts, t, columns);
    float ofBeta = 0.0f;
    for (int j = lane; j < columns; j += WARP) {
      const float gradDelta = ask ? matched * gradOut[j] : total(sums, j);
      ofBeta = fmaf(gradDelta, inserts[j], ofBeta);
      delta[j] = beta(t) * gradDelta;
      if (warp == 0) row(args.gradV, t, columns)[j] = delta[j];
    }
    ofBeta = warpSum(ofBeta);
    if (threadIdx.x == 0) *row(args.gradBeta, t, 1) = ofBeta;
  }

  // Row i through v_old = W^T phi(k), W being the one before the event.
  __device__ __forceinline__ void recallBack(int t, int i, float k, float* gradRow) const {
    const float ofKey = dot(delta, w + i * columns);
    for (int j = lane; j < columns; j += WARP) gradRow[j] = fmaf(-k, delta[j], gradRow[j]);
    if (lane == 0) row(args.gradK, t, rows)[i] -= ofKey;
  }
};

}  // namespace fastweights

extern "C" __global__ void __launch_bounds__(RECURRENCE_THREADS, 2)
    recurrence_forward(Recurrence args) {
  DYNAMIC_SHARED(shared);
  HeadWalk(args, shared).forward();
}
SIMULATED(recurrence_forward)

extern "C" __global__ void __launch_bounds__(RECURRENCE_THREADS, 2)
    recurrence_backward(Recurrence args) {
  DYNAMIC_SHARED(shared);
  HeadWalk(args, shared).backward();
}
SIMULATED(recurrence_backward)
