// Layouts of the memory step that gpu-check --tune times beside those that ship:
//   nvcc -ptx -arch=compute_75 -std=c++17 -fmad=false -I kernels/src/main/cuda
//     -o tuning.ptx jobs/src/gpu-check/tuning.cu
// For a driver older than nvcc mark the file .version 8.0, as ptx.sh does.
#include "direct.cuh"

using namespace fastweights;

#define DIRECT(name, Pool, V, LANES, HELD, KEPT, AHEAD, LEAST)                     \
  extern "C" __global__ void __launch_bounds__(128, LEAST) name(MemoryStep step) { \
    DYNAMIC_SHARED(shared);                                                        \
    DirectWarp<Pool, V, LANES, HELD, KEPT, AHEAD>(step, shared).run();             \
  }

DIRECT(direct_fp32_2x32_kept24_held8_b6, Fp32, 2, 32, 8, 24, false, 6)
DIRECT(direct_fp32_2x32_kept32_held16_b5, Fp32, 2, 32, 16, 32, false, 5)
DIRECT(direct_fp32_2x16_held16_b5, Fp32, 2, 16, 16, 0, false, 5)
DIRECT(direct_bf16_2x32_kept32_held16_b5, Bf16, 2, 32, 16, 32, false, 5)
DIRECT(direct_bf16_2x32_kept48_held8_b6, Bf16, 2, 32, 8, 48, false, 6)
