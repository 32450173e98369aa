// What differs between nvcc and the simulated device: the same sources are compiled by both. No
// product is fused with an addition unless fmaf says so (nvcc -fmad=false, g++ -ffp-contract=off):
// the order of the arithmetic is part of the definition of a memory, and the CPU engine's bits
// are the bits that these kernels give.
#pragma once

#ifdef __CUDACC__
#define DYNAMIC_SHARED(name) extern __shared__ __align__(16) unsigned char name[]
#define SIMULATED(kernel)
#else
#include "simt.h"
#define DYNAMIC_SHARED(name) unsigned char* name = simt::dynamicShared()
#define SIMULATED(kernel) static const simt::Registration registered_##kernel(#kernel, &kernel);
#endif

namespace fastweights {

constexpr unsigned FULL_WARP = 0xffffffffu;
constexpr int WARP = 32;

// Partial sums of a fixed-order sum: value i goes to partial i mod 16, folded by halves. A half
// warp holds one sum, a lane each partial (math/Sums.java).
constexpr int SUM_LANES = 16;

#ifndef __CUDACC__
using simt::bitsOf;
using simt::doubleOf;
using simt::floatOf;
#else
__device__ __forceinline__ unsigned bitsOf(float x) { return __float_as_uint(x); }
__device__ __forceinline__ float floatOf(unsigned bits) { return __uint_as_float(bits); }
__device__ __forceinline__ long long bitsOf(double x) { return __double_as_longlong(x); }
__device__ __forceinline__ double doubleOf(long long bits) { return __longlong_as_double(bits); }
#endif

__device__ __forceinline__ float fold(float partial) {
#pragma unroll
  for (int half = SUM_LANES / 2; half > 0; half /= 2) {
    partial += __shfl_xor_sync(FULL_WARP, partial, half);
  }
  return partial;
}

}  // namespace fastweights
