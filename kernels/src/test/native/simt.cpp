#include "simt.h"

#include <sys/mman.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

extern "C" unsigned char __start_simt_shared[], __stop_simt_shared[];

// Saves the registers that a callee must keep on the old stack, and goes on with the new one.
extern "C" void simtSwitch(void** saved, void* next);
asm(R"(
.text
.local simtSwitch
simtSwitch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
)");

namespace simt {
namespace {

constexpr size_t STACK = 64 << 10, MOST_THREADS = 1024, WARP = 32, CANARY = 128;
constexpr int SAVED_REGISTERS = 6;

struct Fiber {
  void* stack;
  Thread self;
  Meeting waitsAt;
  bool done;
  uint32_t value;
};

std::vector<Fiber> fibers;
Fiber* running;
void* scheduler;
Launched state;
const Kernel* kernel;
const void* argument;
std::vector<unsigned char> sharedMemory;

unsigned char* stacks() {
  static unsigned char* memory = static_cast<unsigned char*>(
      mmap(nullptr, MOST_THREADS * STACK, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  return memory;
}

void run() {
  kernel->run(argument);
  running->done = true;
  simtSwitch(&running->stack, scheduler);
}

void waitAt(Meeting meeting) {
  running->waitsAt = meeting;
  simtSwitch(&running->stack, scheduler);
}

void begin() {
  for (size_t i = 0; i < fibers.size(); i++) {
    Fiber& f = fibers[i];
    f.done = false;
    f.waitsAt = Meeting::NONE;
    f.self.thread.x = i;
    f.self.thread.y = f.self.thread.z = 0;
    f.self.lane = i % WARP;
    void** top = reinterpret_cast<void**>(stacks() + (i + 1) * STACK) - 2;
    *top = reinterpret_cast<void*>(run);
    f.stack = top - SAVED_REGISTERS;
  }
}

// Lets the lanes from `first` on go where all wait at one and the same meeting.
bool release(size_t first, size_t end, bool barriers) {
  const Meeting meeting = fibers[first].waitsAt;
  if (meeting == Meeting::NONE || (meeting == Meeting::BARRIER) != barriers) {
    return false;
  }
  for (size_t i = first; i < end; i++) {
    if (fibers[i].done || fibers[i].waitsAt != meeting) {
      return false;
    }
  }
  for (size_t i = first; i < end; i++) {
    fibers[i].waitsAt = Meeting::NONE;
  }
  return true;
}

void runBlock() {
  begin();
  for (;;) {
    bool allDone = true;
    for (Fiber& f : fibers) {
      if (!f.done && f.waitsAt == Meeting::NONE) {
        running = &f;
        simtSwitch(&scheduler, f.stack);
      }
      allDone &= f.done;
    }
    if (allDone) {
      return;
    }
    bool moved = release(0, fibers.size(), true);
    for (size_t warp = 0; warp < fibers.size(); warp += WARP) {
      moved |= release(warp, warp + WARP, false);
    }
    if (!moved) {
      throw std::runtime_error("threads diverge at a barrier or a warp operation");
    }
  }
}

}  // namespace

Thread& current() { return running->self; }
Launched& launched() { return state; }

unsigned char* dynamicShared() {
  const uintptr_t at = reinterpret_cast<uintptr_t>(sharedMemory.data());
  return reinterpret_cast<unsigned char*>((at + 127) & ~uintptr_t{127});
}

void barrier() { waitAt(Meeting::BARRIER); }

uint32_t exchange(Meeting at, uint32_t value, int fromLane) {
  running->value = value;
  waitAt(at);
  const uint32_t result = (running - running->self.lane + fromLane % WARP)->value;
  waitAt(at);
  return result;
}

uint32_t ballot(bool vote) {
  running->value = vote;
  waitAt(Meeting::BALLOT);
  uint32_t result = 0;
  for (size_t i = 0; i < WARP; i++) {
    result |= (running - running->self.lane + i)->value << i;
  }
  waitAt(Meeting::BALLOT);
  return result;
}

std::map<std::string, Kernel>& kernels() {
  static std::map<std::string, Kernel> all;
  return all;
}

void launch(const Kernel& k, dim3 grid, dim3 block, size_t sharedBytes, const void* a) {
  kernel = &k;
  argument = a;
  state.threads = block;
  fibers.resize(block.x);
  sharedMemory.resize(sharedBytes + 2 * CANARY);
  for (unsigned y = 0; y < grid.y; y++) {
    for (unsigned x = 0; x < grid.x; x++) {
      state.block.x = x;
      state.block.y = y;
      state.block.z = 0;
      std::fill(__start_simt_shared, __stop_simt_shared, 0xff);
      std::fill(dynamicShared(), dynamicShared() + sharedBytes, 0xff);
      unsigned char* canary = dynamicShared() + sharedBytes;
      unsigned char* end = sharedMemory.data() + sharedMemory.size();
      std::fill(canary, end, 0xa5);
      runBlock();
      if (std::any_of(canary, end, [](unsigned char c) { return c != 0xa5; })) {
        throw std::runtime_error("dynamic shared memory is overrun");
      }
    }
  }
}

}  // namespace simt
