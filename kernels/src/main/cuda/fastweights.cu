// Everything that becomes one PTX.
#include "layers.cu"
#include "memory_step.cu"
#include "recurrence.cu"
