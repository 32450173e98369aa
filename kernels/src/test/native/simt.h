// The part of CUDA that the kernels use, on a CPU: a fiber for each thread of a block, one block
// after the other. Stricter than a GPU: a warp operation wants all 32 lanes at the same operation,
// a barrier wants every thread of the block, and shared memory is poison before a block begins.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#define __global__
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __shared__ static __attribute__((section("simt_shared")))
#define threadIdx (simt::current().thread)
#define blockIdx (simt::launched().block)
#define blockDim (simt::launched().threads)

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }

namespace simt {

struct Thread {
  dim3 thread;
  int lane;
};
struct Launched {
  dim3 block, threads;
};
Thread& current();
Launched& launched();
unsigned char* dynamicShared();

// What a lane waits at; a warp goes on when all its lanes wait at the same.
enum class Meeting { NONE, BARRIER, SYNC, SHUFFLE, BALLOT };
void barrier();
uint32_t exchange(Meeting at, uint32_t value, int fromLane);
uint32_t ballot(bool vote);

struct Kernel {
  size_t argumentBytes;
  std::function<void(const void*)> run;
};
std::map<std::string, Kernel>& kernels();

struct Registration {
  template <class Argument>
  Registration(const char* name, void (*kernel)(Argument)) {
    kernels()[name] = {sizeof(Argument), [kernel](const void* argument) {
                         kernel(*static_cast<const Argument*>(argument));
                       }};
  }
};

// Runs a grid; throws std::runtime_error where threads diverge or shared memory is overrun.
void launch(const Kernel& kernel, dim3 grid, dim3 block, size_t sharedBytes, const void* argument);

inline uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline int64_t bitsOf(double x) {
  int64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
inline double doubleOf(int64_t bits) {
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
inline float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

}  // namespace simt

inline void __syncthreads() { simt::barrier(); }
inline void __syncwarp() { simt::exchange(simt::Meeting::SYNC, 0, 0); }
inline unsigned __ballot_sync(unsigned, bool vote) { return simt::ballot(vote); }
inline int __shfl_sync(unsigned, int x, int lane) {
  return (int)simt::exchange(simt::Meeting::SHUFFLE, (uint32_t)x, lane);
}
inline float __shfl_sync(unsigned, float x, int lane) {
  return simt::floatOf(simt::exchange(simt::Meeting::SHUFFLE, simt::bitsOf(x), lane));
}
inline int __shfl_xor_sync(unsigned mask, int x, int other) {
  return __shfl_sync(mask, x, simt::current().lane ^ other);
}
inline float __shfl_xor_sync(unsigned mask, float x, int other) {
  return __shfl_sync(mask, x, simt::current().lane ^ other);
}
inline int __clz(unsigned x) { return x == 0 ? 32 : __builtin_clz(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int max(int a, int b) { return a > b ? a : b; }
