// The memory step for each layout. MemoryKernel.java picks one by the columns of W, and reads the
// layout off the kernel's name: direct_store_VxLANES, with _keptROWS where rows wait in shared
// memory. For wide heads, where every register counts, kernels of memories with forget gates are
// apart; the others ask at each event. How many rows are held, and how many blocks an SM runs, was
// measured on an H100 at 8 heads of 128 x 64, without gates.
#include "direct.cuh"

using namespace fastweights;

#define DIRECT(name, Pool, V, LANES, HELD, KEPT, AHEAD, LEAST, GATED)              \
  extern "C" __global__ void __launch_bounds__(128, LEAST) name(MemoryStep step) { \
    DYNAMIC_SHARED(shared);                                                        \
    DirectWarp<Pool, V, LANES, HELD, KEPT, AHEAD, GATED>(step, shared).run();      \
  }                                                                                \
  SIMULATED(name)

DIRECT(direct_fp32_2x32_kept24, Fp32, 2, 32, 16, 24, false, 5, false)
DIRECT(direct_fp32_2x32_kept24_gated, Fp32, 2, 32, 16, 24, false, 5, true)
DIRECT(direct_fp32_2x16, Fp32, 2, 16, 16, 0, true, 4, true)
DIRECT(direct_fp32_2x8, Fp32, 2, 8, 16, 0, true, 4, true)
DIRECT(direct_fp32_1x32, Fp32, 1, 32, 32, 0, true, 4, true)
DIRECT(direct_fp32_1x8, Fp32, 1, 8, 32, 0, true, 4, true)

DIRECT(direct_bf16_2x32_kept32, Bf16, 2, 32, 16, 32, false, 6, false)
DIRECT(direct_bf16_2x32_kept32_gated, Bf16, 2, 32, 16, 32, false, 5, true)
DIRECT(direct_bf16_2x16, Bf16, 2, 16, 24, 0, true, 4, true)
DIRECT(direct_bf16_2x8, Bf16, 2, 8, 16, 0, true, 4, true)
DIRECT(direct_bf16_1x32, Bf16, 1, 32, 32, 0, true, 4, true)
DIRECT(direct_bf16_1x8, Bf16, 1, 8, 32, 0, true, 4, true)
