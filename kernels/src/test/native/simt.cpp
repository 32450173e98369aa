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

// Stacks begin on other lines of a cache: at a power of two apart, all threads' would share a few.
constexpr size_t STACK = (64 << 10) + 512, MOST_THREADS = 1024, WARP = 32, CANARY = 128;
constexpr int SAVED_REGISTERS = 6;

struct Fiber {
  void* stack;
  Thread self;
  Meeting waitsAt;
  bool done;
  // Of this warp operation and of the one before, which other lanes may not have read yet. They
  // have once all of them wait at this one: a value is only written over after the next meeting.
  uint32_t values[2];
  int turn;
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

// Shows the other lanes of the warp a value, waits for theirs, and returns its turn.
int meetAt(Meeting meeting, uint32_t value) {
  const int turn = running->turn ^= 1;
  running->values[turn] = value;
  waitAt(meeting);
  return turn;
}

uint32_t valueOf(size_t lane, int turn) {
  return (running - running->self.lane + lane)->values[turn];
}

void begin() {
  for (size_t i = 0; i < fibers.size(); i++) {
    Fiber& f = fibers[i];
    f.done = false;
    f.waitsAt = Meeting::NONE;
    f.turn = 0;
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

// Runs a warp until it waits for others or is done; true if it is done.
bool runWarp(size_t first) {
  const size_t end = std::min(first + WARP, fibers.size());
  bool allDone;
  do {
    allDone = true;
    for (size_t i = first; i < end; i++) {
      if (!fibers[i].done && fibers[i].waitsAt == Meeting::NONE) {
        running = &fibers[i];
        simtSwitch(&scheduler, running->stack);
      }
      allDone &= fibers[i].done;
    }
  } while (end - first == WARP && release(first, end, false));
  return allDone;
}

void runBlock() {
  begin();
  for (;;) {
    bool allDone = true;
    for (size_t warp = 0; warp < fibers.size(); warp += WARP) {
      allDone &= runWarp(warp);
    }
    if (allDone) {
      return;
    }
    if (!release(0, fibers.size(), true)) {
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
  const int turn = meetAt(at, value);
  return valueOf(fromLane % WARP, turn);
}

uint32_t ballot(bool vote) {
  const int turn = meetAt(Meeting::BALLOT, vote);
  uint32_t result = 0;
  for (size_t i = 0; i < WARP; i++) {
    result |= valueOf(i, turn) << i;
  }
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
