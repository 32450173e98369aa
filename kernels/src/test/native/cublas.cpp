// A libcublas.so.12 on the simulated device, for tests: the calls that the CUDA engine makes. As
// mean as the driver: a product of another number of rows is summed in another order, without
// pedantic mathematics inputs lose bits as in TF32, and without a workspace of its own, which
// choosing a stream takes away, a handle refuses to work.
#include <cstdio>
#include <cstring>

#include "simulation.h"

#define API extern "C" __attribute__((visibility("default"))) int

namespace {

enum Status {
  SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, MAPPING_ERROR = 11, EXECUTION_FAILED = 13,
  NOT_SUPPORTED = 15,
};

constexpr int PEDANTIC = 2;

struct Handle {
  void* stream;
  bool pedantic;
  bool workspace;
};

float asTf32(float x) {
  unsigned bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= 0xffffe000u;
  memcpy(&x, &bits, sizeof x);
  return x;
}

}  // namespace

API cublasCreate_v2(Handle** handle) {
  if (simulatedHold(1) != 0) return NOT_INITIALIZED;
  *handle = new Handle{nullptr, false, false};
  return SUCCESS;
}
API cublasDestroy_v2(Handle* handle) {
  delete handle;
  simulatedHold(-1);
  return SUCCESS;
}
API cublasSetStream_v2(Handle* handle, void* stream) {
  handle->stream = stream;
  handle->workspace = false;
  return SUCCESS;
}
API cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t bytes) {
  if (!simulatedMemory(workspace, bytes)) return MAPPING_ERROR;
  handle->workspace = true;
  return SUCCESS;
}
API cublasSetMathMode(Handle* handle, int mode) {
  handle->pedantic = mode == PEDANTIC;
  return SUCCESS;
}

// C = A B, columns beside each other.
API cublasSgemm_v2(Handle* handle, int transposeA, int transposeB, int m, int n, int k,
                   const float* alpha, const float* a, int lda, const float* b, int ldb,
                   const float* beta, float* c, int ldc) {
  if (!handle->workspace) {
    fprintf(stderr, "simulated cuBLAS: a product without a workspace of its own\n");
    return NOT_SUPPORTED;
  }
  if (transposeA || transposeB || *alpha != 1 || *beta != 0) return NOT_SUPPORTED;
  if (m < 1 || n < 1 || k < 1 || lda < m || ldb < k || ldc < m) return INVALID_VALUE;
  const size_t each = sizeof(float);
  if (!simulatedMemory(a, each * ((size_t)lda * (k - 1) + m)) ||
      !simulatedMemory(b, each * ((size_t)ldb * (n - 1) + k)) ||
      !simulatedMemory(c, each * ((size_t)ldc * (n - 1) + m))) {
    return MAPPING_ERROR;
  }
  const bool exact = handle->pedantic;
  const int status = simulatedLaunch(handle->stream, [=] {
    for (int column = 0; column < n; column++) {
      for (int row = 0; row < m; row++) {
        float sum = 0;
        for (int i = 0; i < k; i++) {
          const int at = (i + n) % k;
          const float x = a[(size_t)at * lda + row], y = b[(size_t)column * ldb + at];
          sum += exact ? x * y : asTf32(x) * asTf32(y);
        }
        c[(size_t)column * ldc + row] = sum;
      }
    }
  });
  return status == 0 ? SUCCESS : EXECUTION_FAILED;
}
