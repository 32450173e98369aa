// The layers around a memory: products, layer norm, and what sums over heads. Every row of a
// result comes of the same additions in the same order, whatever rows stand beside it.
#include "arguments.cuh"
#include "transcendental.cuh"

using namespace fastweights;

namespace fastweights {

constexpr int TILE_ROWS = 64, TILE_OUT = 64, TILE_IN = 16, THREADS = 128;
constexpr int MY_ROWS = 8, MY_OUT = 4;

__device__ __forceinline__ float sigmoid(float x) {
  return (float)(1 / (1 + exponential(-(double)x)));
}

__device__ __forceinline__ float gelu(float x) {
  const double size = fabs((double)x), held = size > 20.0 ? 20.0 : size;
  const double rectified = x > 0.0f ? x : 0.0f;
  return (float)(rectified - held * normalTail(held));
}

// Where v is 0: 0 if v_old is 0 too, else 1. Never above the largest float; NaN passes.
__device__ __forceinline__ float relativeError(float error, float size) {
  if (error != error) {
    return error;
  }
  if (size == 0.0f) {
    return error == 0.0f ? 0.0f : 1.0f;
  }
  const float ratio = error / size, most = 3.402823466e38f;
  return ratio > most ? most : ratio;
}

}  // namespace fastweights

// A block makes 64 rows of 64 outputs, a thread 8 x 4 of them, inputs in ascending order.
extern "C" __global__ void __launch_bounds__(THREADS) dense(Dense args) {
  __shared__ __align__(16) float xs[TILE_IN][TILE_ROWS + 4];
  __shared__ __align__(16) float ms[TILE_IN][TILE_OUT];
  __shared__ __align__(16) float ys[TILE_ROWS][TILE_OUT];
  const float* x = reinterpret_cast<const float*>(args.x);
  const float* packed = reinterpret_cast<const float*>(args.packed);
  const int t = threadIdx.x;
  const int firstRow = blockIdx.x * TILE_ROWS, firstOut = blockIdx.y * TILE_OUT;
  const int r0 = t / (TILE_OUT / MY_OUT) * MY_ROWS, o0 = t % (TILE_OUT / MY_OUT) * MY_OUT;

  float sums[MY_ROWS][MY_OUT];
#pragma unroll
  for (int o = 0; o < MY_OUT; o++) {
    const int out = firstOut + o0 + o;
    const float start =
        args.bias && out < args.out ? reinterpret_cast<const float*>(args.bias)[out] : 0.0f;
#pragma unroll
    for (int r = 0; r < MY_ROWS; r++) {
      sums[r][o] = start;
    }
  }
  for (int in0 = 0; in0 < args.in; in0 += TILE_IN) {
#pragma unroll
    for (int i = t; i < TILE_ROWS * TILE_IN; i += THREADS) {
      const int r = i / TILE_IN, k = i % TILE_IN;
      const bool inside = firstRow + r < args.rows && in0 + k < args.in;
      xs[k][r] = inside ? x[(long long)(firstRow + r) * args.xStride + in0 + k] : 0.0f;
    }
#pragma unroll
    for (int i = t; i < TILE_OUT * TILE_IN; i += THREADS) {
      const int k = i / TILE_OUT, o = i % TILE_OUT;
      const bool inside = firstOut + o < args.out && in0 + k < args.in;
      ms[k][o] = inside ? packed[(long long)(in0 + k) * args.out + firstOut + o] : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < TILE_IN; k++) {
      float a[MY_ROWS], b[MY_OUT];
#pragma unroll
      for (int r = 0; r < MY_ROWS; r++) a[r] = xs[k][r0 + r];
#pragma unroll
      for (int o = 0; o < MY_OUT; o++) b[o] = ms[k][o0 + o];
#pragma unroll
      for (int r = 0; r < MY_ROWS; r++) {
#pragma unroll
        for (int o = 0; o < MY_OUT; o++) sums[r][o] = fmaf(a[r], b[o], sums[r][o]);
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int r = 0; r < MY_ROWS; r++) {
#pragma unroll
    for (int o = 0; o < MY_OUT; o++) ys[r0 + r][o0 + o] = sums[r][o];
  }
  __syncthreads();
#pragma unroll 1
  for (int i = t; i < TILE_ROWS * TILE_OUT; i += THREADS) {
    const int row = firstRow + i / TILE_OUT, out = firstOut + i % TILE_OUT;
    if (row < args.rows && out < args.out) {
      float y = ys[i / TILE_OUT][i % TILE_OUT];
      if (args.gelu) y = gelu(y);
      if (out >= args.sigmoidFrom) y = sigmoid(y);
      const long long at = (long long)row * args.yStride + out;
      if (args.residual) y = reinterpret_cast<const float*>(args.residual)[at] + y;
      reinterpret_cast<float*>(args.y)[at] = y;
    }
  }
}
SIMULATED(dense)

// What dense does behind the product, where the product is another's: x holds it. A thread takes one float of y.
extern "C" __global__ void finish_dense(Dense args) {
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const int out = (int)(i % args.out);
  const long long row = i / args.out;
  if (row >= args.rows) {
    return;
  }
  float y = reinterpret_cast<const float*>(args.x)[row * args.xStride + out];
  if (args.bias) y += reinterpret_cast<const float*>(args.bias)[out];
  if (args.gelu) y = gelu(y);
  if (out >= args.sigmoidFrom) y = sigmoid(y);
  const long long at = row * args.yStride + out;
  if (args.residual) y = reinterpret_cast<const float*>(args.residual)[at] + y;
  reinterpret_cast<float*>(args.y)[at] = y;
}
SIMULATED(finish_dense)

// A half warp takes a row.
extern "C" __global__ void layer_norm(Norm args) {
  const int lane = threadIdx.x % SUM_LANES;
  const int row = (blockIdx.x * blockDim.x + threadIdx.x) / SUM_LANES;
  const bool inside = row < args.rows;
  const long long at = (long long)(inside ? row : 0) * args.dim;
  const float* x = reinterpret_cast<const float*>(args.x) + at;
  float partial = 0.0f;
  for (int i = lane; i < args.dim; i += SUM_LANES) {
    partial += x[i];
  }
  const float mean = fold(partial) / args.dim;
  partial = 0.0f;
  for (int i = lane; i < args.dim; i += SUM_LANES) {
    partial = fmaf(x[i] - mean, x[i] - mean, partial);
  }
  const float variance = fold(partial) / args.dim;
  const float scale = (float)(1 / sqrt((double)variance + (double)1e-5f));
  const float* weight = reinterpret_cast<const float*>(args.weight);
  const float* bias = reinterpret_cast<const float*>(args.bias);
  float* y = reinterpret_cast<float*>(args.y) + at;
  for (int i = lane; inside && i < args.dim; i += SUM_LANES) {
    const float normed = fmaf((x[i] - mean) * scale, weight[i], bias[i]);
    y[i] = args.residual ? reinterpret_cast<const float*>(args.residual)[at + i] + normed : normed;
  }
}
SIMULATED(layer_norm)

// A warp takes a row: its lower half sums |v|^2, its upper |v - v_old|^2, head after head.
extern "C" __global__ void recall_error(RecallError args) {
  const int lane = threadIdx.x % WARP, half = lane / SUM_LANES;
  const int row = (blockIdx.x * blockDim.x + threadIdx.x) / WARP;
  const bool inside = row < args.rows;
  float* errors = reinterpret_cast<float*>(args.errors);
  float sum = !inside || args.first ? 0.0f : errors[row];
  for (int h = 0; h < args.heads; h++) {
    const float* v = reinterpret_cast<const float*>(args.values) +
                     (long long)(inside ? row : 0) * args.valueStride + args.value +
                     h * args.valueHeadStride;
    const float* old = reinterpret_cast<const float*>(args.recalls) +
                       ((long long)(inside ? row : 0) * args.heads + h) * args.columns;
    float partial = 0.0f;
    for (int j = lane % SUM_LANES; j < args.columns; j += SUM_LANES) {
      const float x = half == 0 ? v[j] : v[j] - old[j];
      partial = fmaf(x, x, partial);
    }
    const float folded = fold(partial);
    const float size = __shfl_sync(FULL_WARP, folded, 0);
    const float error = __shfl_sync(FULL_WARP, folded, SUM_LANES);
    sum += args.relative ? relativeError(error, size) : error;
  }
  if (inside && lane == 0) {
    errors[row] = args.count ? sum / args.count : sum;
  }
}
SIMULATED(recall_error)

// A thread takes one float of y.
extern "C" __global__ void head_mean(HeadMean args) {
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= (long long)args.rows * args.columns) {
    return;
  }
  const float* x = reinterpret_cast<const float*>(args.x) +
                   i / args.columns * args.heads * args.columns + i % args.columns;
  float sum = 0.0f;
  for (int h = 0; h < args.heads; h++) {
    sum += x[h * args.columns];
  }
  reinterpret_cast<float*>(args.y)[i] = sum / args.heads;
}
SIMULATED(head_mean)
