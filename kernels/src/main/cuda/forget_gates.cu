// The forget gates of a layer: math/ForgetGate.java. They come before its memory step, because all
// that share out the columns of a head need its counter. A thread takes one head of one segment
// through its events, and leaves by what V fades before each and what it is held without then.
#include "arguments.cuh"
#include "store.cuh"
#include "transcendental.cuh"

using namespace fastweights;

namespace fastweights {

// Steps of an octave, of a full counter, and the most of one event; what the second element of a
// counter counts to.
constexpr int OCTAVE = 4096, SPAN = 8 * OCTAVE, MOST_STEPS = 64 * OCTAVE, LOW = 256;

// A float as Java's int.
__device__ __forceinline__ int whole(float x) {
  if (x != x) {
    return 0;
  }
  return x >= 2147483648.0f ? 2147483647 : x < -2147483648.0f ? -2147483647 - 1 : (int)x;
}

__device__ __forceinline__ int limited(int x, int most) { return x < 0 ? 0 : x > most ? most : x; }

__device__ __forceinline__ int forgotten(float z) {
  const double n = rint(OCTAVE * softplus((double)z));
  return n >= 0.0 ? (int)(n > MOST_STEPS ? (double)MOST_STEPS : n) : 0;
}

template <class Pool>
struct Counter {
  typename Pool::Element* at;

  __device__ __forceinline__ float element(int i) const {
    typename Pool::template Raw<1> raw;
    Pool::load(at + i, raw);
    return Pool::template unpack<1>(raw).at[0];
  }

  __device__ __forceinline__ void put(int i, int value) const {
    Columns<1> element;
    element.at[0] = (float)value;
    Pool::store(at + i, Pool::template pack<1>(element, Noise<1>{}, 0));
  }

  // In its range whatever the elements are.
  __device__ __forceinline__ int read() const {
    const unsigned counter = (unsigned)whole(element(0)) * LOW + (unsigned)whole(element(1));
    return limited((int)counter, SPAN - 1);
  }

  __device__ __forceinline__ void write(int counter) const {
    put(0, counter / LOW);
    put(1, counter % LOW);
  }
};

template <class Pool>
__device__ __forceinline__ void forget(const ForgetGates& args) {
  const int work = blockIdx.x * blockDim.x + threadIdx.x;
  const int segment = work / args.heads, head = work % args.heads;
  if (segment >= args.segmentCount) {
    return;
  }
  const int4 events = reinterpret_cast<const int4*>(args.segments)[args.firstSegment + segment];
  if (events.x < 0) {
    return;
  }
  const Counter<Pool> stored = {reinterpret_cast<typename Pool::Element*>(args.pool) +
                                (long long)events.x * args.slotStride + args.layer +
                                (long long)head * args.headStride + args.counter};
  bool changed = events.w != 0;
  for (int i = 0; changed && i < args.headStride - args.counter; i++) {
    stored.put(i, 0);
  }
  int counter = changed ? 0 : stored.read();
  for (int row = events.y; row < events.z; row++) {
    const float gate = reinterpret_cast<const float*>(
        args.gates)[(long long)row * args.gateStride + args.gate + head];
    const int steps = args.options & COUNTED ? limited(whole(gate), MOST_STEPS) : forgotten(gate);
    const int all = counter + steps, rest = all % SPAN;
    const long long at = (long long)row * args.heads + head;
    reinterpret_cast<float*>(args.fades)[at] = floatOf((unsigned)(127 - 8 * (all / SPAN)) << 23);
    const float scale = (float)exponential((double)-rest * (0x1.62e42fefa39efp-1 / OCTAVE));
    reinterpret_cast<float*>(args.scales)[at] = scale;
    if (args.betas != 0) {
      reinterpret_cast<float*>(args.betas)[(long long)row * args.betaStride + args.beta + head] /=
          scale;
    }
    if (args.deltas != 0) {
      reinterpret_cast<float*>(args.deltas)[(long long)row * args.deltaStride + args.deltaAt +
                                            (long long)(head + 1) * args.deltaHeadStride - 1] =
          (float)steps;
    }
    if ((args.options & ASKS_WRITE) ||
        reinterpret_cast<const unsigned char*>(args.observes)[row]) {
      counter = rest;
      changed = true;
    }
  }
  if (changed) {
    stored.write(counter);
  }
}

}  // namespace fastweights

extern "C" __global__ void forget_gates_fp32(ForgetGates args) { forget<Fp32>(args); }
SIMULATED(forget_gates_fp32)

extern "C" __global__ void forget_gates_bf16(ForgetGates args) { forget<Bf16>(args); }
SIMULATED(forget_gates_bf16)
