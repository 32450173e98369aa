// Everything that becomes one PTX.
#include "forget_gates.cu"
#include "layers.cu"
#include "memory_step.cu"
#include "recurrence.cu"
