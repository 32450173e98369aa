// Arguments of the kernels, one struct a launch, passed by value. CudaArguments.java writes them
// field by field: the order and the sizes here are a contract with it.
#pragma once

namespace fastweights {

typedef unsigned long long Address;

// What a memory step is asked for beside its shape; bits of MemoryStep.options.
enum Option {
  SUM_RULE = 1,          // W += phi(k) (x) beta v, instead of beta (v - v_old)
  ELU_PLUS_ONE = 2,      // phi is elu + 1 instead of DPFP
  UNIT_LENGTH = 4,       // phi is divided by its Euclidean length instead of its sum
  ASKS_WRITE = 8,        // asked events rewrite W like observed ones; ForgetGates has it too
  COUNTED = 16,          // of ForgetGates: what it reads are steps, not projections
};

// One layer's memories through the events of a batch.
struct MemoryStep {
  Address pool;          // float or bf16 [slots][memory]
  Address segments;      // int4 [segmentCount]: slot (or -1: skip), first row, end row, fresh
  Address observes;      // byte [row]: 1 where the event rewrites W
  Address fades;         // float [row]: what W is multiplied by before the event, or 0
  Address scales;        // float [row][heads]: what forget gates hold W without, or 0; fades are
                         // [row][heads] with them
  Address seeds;         // int [row]: seeds of the rounding to bf16, or 0 for fp32
  Address fadeSeeds;     // the same where W fades
  Address projections;   // float: keys and queries
  Address values;        // float
  Address betas;         // float
  Address reads;         // float [row][heads][columns] scaled read-outs, or 0
  Address recalls;       // float [row][heads][columns] v_old, or 0
  Address keys;          // float: keys for the log, or 0
  Address deltas;        // float: deltas for the log, or 0
  long long slotStride;  // elements of one memory
  long long layer;       // element where the layer begins in a memory
  int segmentCount, heads, d, nu, rows, columns, tiles;
  int headStride;        // elements of one head: rows * columns, and a forget gate's counter
  int projectionStride, query, key;         // row stride; offsets, query -1 where nobody reads
  int valueStride, value, valueHeadStride;
  int betaStride, beta;                     // row stride 0: one constant a head
  int keyStride, keyAt, deltaStride, deltaAt, deltaHeadStride;
  float scale;
  int options;
  int firstSegment;
  int update;            // which update of each event this is
};

// One layer's forget gates through the events of a batch, before its memory step.
struct ForgetGates {
  Address pool, segments, observes;         // as in MemoryStep
  Address gates;         // float: projections, or steps
  Address fades, scales; // float [row][heads], written for the memory step
  Address betas;         // float: divided by the scales, or 0
  Address deltas;        // float: where a delta is followed by its steps, or 0
  long long slotStride, layer;
  int segmentCount, firstSegment, heads, headStride;
  int counter;           // element of a head where its counter begins
  int gateStride, gate, betaStride, beta;
  int deltaStride, deltaAt, deltaHeadStride;
  int options;
};

// y = act(x M + bias) (+ residual), M packed [in][out].
struct Dense {
  Address x, packed, bias, residual, y;     // bias, residual: 0 where there is none
  int rows, in, out;
  int xStride, yStride;
  int gelu;
  int sigmoidFrom;                          // columns from here on pass the sigmoid
  int unused;
};

// y = norm(x) weight + bias (+ residual).
struct Norm {
  Address x, weight, bias, residual, y;
  int rows, dim;
};

// errors[row] += sum over heads of |v - v_old|^2, relative to |v|^2 or not; divided by `count` at
// last.
struct RecallError {
  Address values, recalls, errors;
  int rows, heads, columns;
  int valueStride, value, valueHeadStride;
  int first, count;                         // 1 at the first layer; 0 but at the last layer
  int relative, unused;
};

// y[row] = mean over heads of x[row][head].
struct HeadMean {
  Address x, y;
  int rows, heads, columns, unused;
};

// Heads of sequences, forwards or back. Gradients are zero at first, outs holds those of the
// read-outs on the way back.
struct Recurrence {
  Address sequences;           // int4 [blocks]: first event, end event, 0, 0
  Address phiK, phiQ;          // float [event][rows]
  Address values, betas;       // float [event][columns], [event]
  Address asks;                // byte [event]
  Address kept;                // int [event]: the snapshot before it, or -1
  Address wraps;               // float [event]: what W is multiplied by after its snapshot
  Address memories;            // float [block][rows][columns], walked to and fro
  Address outs, inserts;       // float [event][columns]
  Address snapshots;           // float [snapshot][rows][columns]
  Address gradK, gradQ, gradV, gradBeta;
  Address gradW;               // float [block][rows][columns]: after the sequence, then before it
  int rows, columns, sumRule, unused;
};

}  // namespace fastweights
