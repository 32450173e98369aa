// The kernels themselves, as they are.
#include "../../main/cuda/fastweights.cu"
