// A libcuda.so.1 without a GPU, for tests: the calls of the driver that the CUDA engine makes, and
// no more. Meaner than a real driver: streams do nothing until somebody waits for them, fresh
// memory is poison (NaN), every allocation has canaries on both sides, and copies to pageable
// memory, wrong pointers and missing contexts are refused. Faults are asked for, and counts read,
// through cuCtxSetLimit and cuCtxGetLimit with limits that no driver has (enum Control).
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "simt.h"
#include "simulation.h"

#define API extern "C" __attribute__((visibility("default"))) int

namespace {

typedef unsigned long long Address;

enum Status {
  SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, INVALID_DEVICE = 101,
  INVALID_IMAGE = 200, INVALID_CONTEXT = 201, UNSUPPORTED_PTX = 222, NOT_FOUND = 500,
  NOT_READY = 600, ILLEGAL_ADDRESS = 700, OUT_OF_RESOURCES = 701, LAUNCH_FAILED = 719,
  DEVICE_LOST = 46,
};

// Limits of the simulated device beyond those of CUDA.
enum Control {
  RESET = 1000,             // no fault is asked for, the device is well
  FAIL_ALLOCATION = 1001,   // the n-th allocation from now on fails
  FAIL_LAUNCH = 1002,       // the n-th launch from now on fails
  LOSE_DEVICE = 1003,       // the device is lost at the n-th call from now on
  MEMORY = 1004,            // bytes of device memory
  SLOW = 1005,              // microseconds that an operation of a stream takes
  CAPABILITY = 1006,        // compute capability, 10 major + minor
  ALLOCATIONS = 1100, PINNED = 1101, HANDLES = 1102, LAUNCHES = 1103, CONTEXTS = 1104,
};

struct Context {};
struct Stream {
  std::deque<std::function<void()>> operations;
};
struct Event {
  Stream* stream = nullptr;
  bool done = true;
};
struct Module {
  std::map<std::string, const simt::Kernel*> functions;
};
struct Function {
  const simt::Kernel* kernel;
};
struct Allocation {
  std::unique_ptr<unsigned char[]> memory;
  size_t bytes;
};

constexpr size_t GUARD = 256, MOST_SHARED = 232448;
constexpr unsigned char CANARY = 0xa5;

std::recursive_mutex mutex;
bool initialized;
Context context;
thread_local Context* currentContext;
std::set<Stream*> streams;
std::map<Address, Allocation> allocations;
std::map<Address, size_t> pinned;
std::map<std::string, Function> functions;
size_t used, memory = size_t{1} << 30;
long failAllocation, failLaunch, loseDevice, slow, capability = 90;
long handles, launches, contexts;
int sticky;

bool due(long& countdown) { return countdown > 0 && --countdown == 0; }

int enter() {
  if (!initialized) return NOT_INITIALIZED;
  if (!currentContext) return INVALID_CONTEXT;
  if (due(loseDevice)) sticky = DEVICE_LOST;
  return sticky;
}

#define ENTER                                            \
  std::lock_guard<std::recursive_mutex> lock(mutex);     \
  if (const int status = enter()) return status

void fault(const std::string& what) {
  fprintf(stderr, "simulated device: %s\n", what.c_str());
  sticky = ILLEGAL_ADDRESS;
}

void checkCanaries() {
  for (auto& [address, a] : allocations) {
    const unsigned char* at = reinterpret_cast<unsigned char*>(address);
    for (size_t i = 1; i <= GUARD; i++) {
      if (at[-static_cast<long>(i)] != CANARY || at[a.bytes + i - 1] != CANARY) {
        fault("a kernel wrote outside an allocation of " + std::to_string(a.bytes) + " bytes");
        return;
      }
    }
  }
}

void drain(Stream* stream) {
  while (!stream->operations.empty()) {
    auto operation = std::move(stream->operations.front());
    stream->operations.pop_front();
    if (slow) usleep(slow);
    if (!sticky) operation();
  }
}

void drainAll() {
  for (Stream* stream : streams) drain(stream);
}

bool onDevice(Address at, size_t bytes) {
  auto i = allocations.upper_bound(at);
  if (i == allocations.begin()) return false;
  --i;
  return at + bytes <= i->first + i->second.bytes;
}

bool isPinned(const void* p, size_t bytes) {
  const Address at = reinterpret_cast<Address>(p);
  auto i = pinned.upper_bound(at);
  if (i == pinned.begin()) return false;
  --i;
  return at + bytes <= i->first + i->second;
}

void copy(Address to, Address from, size_t bytes) {
  memmove(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes);
}

int enqueueCopy(Stream* stream, Address to, Address from, size_t bytes) {
  if (!streams.count(stream)) return INVALID_VALUE;
  stream->operations.push_back([=] { copy(to, from, bytes); });
  return SUCCESS;
}

}  // namespace

API cuInit(unsigned) {
  initialized = true;
  return SUCCESS;
}
API cuDriverGetVersion(int* version) {
  *version = 12000;
  return SUCCESS;
}
API cuDeviceGetCount(int* count) {
  if (!initialized) return NOT_INITIALIZED;
  *count = 1;
  return SUCCESS;
}
API cuDeviceGet(int* device, int ordinal) {
  if (ordinal != 0) return INVALID_DEVICE;
  *device = 0;
  return SUCCESS;
}
API cuDeviceGetName(char* name, int bytes, int) {
  snprintf(name, bytes, "simulated device");
  return SUCCESS;
}
API cuDeviceGetAttribute(int* value, int attribute, int) {
  switch (attribute) {
    case 75: *value = capability / 10; break;
    case 76: *value = capability % 10; break;
    case 16: *value = 4; break;               // multiprocessors
    case 97: *value = MOST_SHARED; break;     // bytes of shared memory a block may opt in to
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}

API cuDevicePrimaryCtxRetain(Context** c, int) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (!initialized) return NOT_INITIALIZED;
  contexts++;
  *c = &context;
  return SUCCESS;
}
API cuDevicePrimaryCtxRelease_v2(int) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (contexts == 0) return INVALID_CONTEXT;
  contexts--;
  return SUCCESS;
}
API cuCtxSetCurrent(Context* c) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (due(loseDevice)) sticky = DEVICE_LOST;
  if (sticky) return sticky;
  currentContext = c;
  return SUCCESS;
}
API cuCtxSetLimit(int control, size_t value) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  switch (control) {
    case RESET:
      sticky = 0;
      failAllocation = failLaunch = loseDevice = slow = 0;
      memory = size_t{1} << 30;
      capability = 90;
      break;
    case FAIL_ALLOCATION: failAllocation = value; break;
    case FAIL_LAUNCH: failLaunch = value; break;
    case LOSE_DEVICE: loseDevice = value; break;
    case MEMORY: memory = value; break;
    case SLOW: slow = value; break;
    case CAPABILITY: capability = value; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}
API cuCtxGetLimit(size_t* value, int control) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  switch (control) {
    case ALLOCATIONS: *value = allocations.size(); break;
    case PINNED: *value = pinned.size(); break;
    case HANDLES: *value = handles; break;
    case LAUNCHES: *value = launches; break;
    case CONTEXTS: *value = contexts; break;
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}
API cuGetErrorName(int status, const char** name) {
  switch (status) {
    case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; break;
    case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
    case INVALID_CONTEXT: *name = "CUDA_ERROR_INVALID_CONTEXT"; break;
    case DEVICE_LOST: *name = "CUDA_ERROR_DEVICE_UNAVAILABLE"; break;
    case ILLEGAL_ADDRESS: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; break;
    case OUT_OF_RESOURCES: *name = "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"; break;
    default: *name = "CUDA_ERROR"; break;
  }
  return SUCCESS;
}
API cuGetErrorString(int, const char** text) {
  *text = "simulated error";
  return SUCCESS;
}

// Takes the kernels that the PTX names and that were built in, if their arguments agree in size.
API cuModuleLoadDataEx(Module** module, const void* image, unsigned, int*, void**) {
  ENTER;
  const char* ptx = static_cast<const char*>(image);
  const char* version = strstr(ptx, ".version ");
  if (!version) return INVALID_IMAGE;
  if (strncmp(version, ".version 8.0\n", 13) != 0) return UNSUPPORTED_PTX;
  auto made = std::make_unique<Module>();
  for (const char* at = ptx; (at = strstr(at, ".entry ")); at++) {
    char name[64];
    size_t bytes;
    const int read = sscanf(at, ".entry %63[^(]( .param .align 8 .b8 %*[^[][%zu]", name, &bytes);
    const auto kernel = simt::kernels().find(name);
    if (read != 2 || kernel == simt::kernels().end() || kernel->second.argumentBytes != bytes) {
      fprintf(stderr, "simulated device: PTX and source disagree on %s\n", name);
      return INVALID_IMAGE;
    }
    made->functions[kernel->first] = &kernel->second;
  }
  handles++;
  *module = made.release();
  return SUCCESS;
}
API cuModuleUnload(Module* module) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  drainAll();
  delete module;
  handles--;
  return enter();
}
API cuModuleGetFunction(Function** function, Module* module, const char* name) {
  ENTER;
  const auto i = module->functions.find(name);
  if (i == module->functions.end()) return NOT_FOUND;
  *function = &functions.emplace(name, Function{i->second}).first->second;
  return SUCCESS;
}
API cuFuncSetAttribute(Function*, int, int) {
  ENTER;
  return SUCCESS;
}

API cuMemAlloc_v2(Address* at, size_t bytes) {
  ENTER;
  if (bytes == 0) return INVALID_VALUE;
  if (due(failAllocation) || used + bytes > memory) return OUT_OF_MEMORY;
  Allocation a{std::unique_ptr<unsigned char[]>(new unsigned char[bytes + 3 * GUARD]), bytes};
  *at = (reinterpret_cast<Address>(a.memory.get()) + 2 * GUARD - 1) / GUARD * GUARD;
  unsigned char* first = reinterpret_cast<unsigned char*>(*at);
  memset(first - GUARD, CANARY, GUARD);
  memset(first, 0xff, bytes);
  memset(first + bytes, CANARY, GUARD);
  used += bytes;
  allocations[*at] = std::move(a);
  return SUCCESS;
}
API cuMemFree_v2(Address at) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  const auto i = allocations.find(at);
  if (i == allocations.end()) return INVALID_VALUE;
  drainAll();
  checkCanaries();
  used -= i->second.bytes;
  allocations.erase(i);  // what a lost device held is gone, whatever the call says
  return enter();
}
API cuMemGetInfo_v2(size_t* unused, size_t* total) {
  ENTER;
  *unused = memory > used ? memory - used : 0;
  *total = memory;
  return SUCCESS;
}
API cuMemHostAlloc(void** at, size_t bytes, unsigned) {
  ENTER;
  if (due(failAllocation)) return OUT_OF_MEMORY;
  const size_t page = 4096;
  *at = aligned_alloc(page, (bytes + page - 1) / page * page);
  memset(*at, 0xff, bytes);
  pinned[reinterpret_cast<Address>(*at)] = bytes;
  return SUCCESS;
}
API cuMemFreeHost(void* at) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  const auto i = pinned.find(reinterpret_cast<Address>(at));
  if (i == pinned.end()) return INVALID_VALUE;
  drainAll();
  pinned.erase(i);
  free(at);
  return enter();
}

API cuMemcpyHtoDAsync_v2(Address to, const void* from, size_t bytes, Stream* stream) {
  ENTER;
  if (!onDevice(to, bytes) || !isPinned(from, bytes)) return INVALID_VALUE;
  return enqueueCopy(stream, to, reinterpret_cast<Address>(from), bytes);
}
API cuMemcpyDtoHAsync_v2(void* to, Address from, size_t bytes, Stream* stream) {
  ENTER;
  if (!onDevice(from, bytes) || !isPinned(to, bytes)) return INVALID_VALUE;
  return enqueueCopy(stream, reinterpret_cast<Address>(to), from, bytes);
}
API cuMemcpyDtoDAsync_v2(Address to, Address from, size_t bytes, Stream* stream) {
  ENTER;
  if (!onDevice(to, bytes) || !onDevice(from, bytes)) return INVALID_VALUE;
  return enqueueCopy(stream, to, from, bytes);
}
API cuMemsetD8Async(Address at, unsigned char value, size_t bytes, Stream* stream) {
  ENTER;
  if (!onDevice(at, bytes) || !streams.count(stream)) return INVALID_VALUE;
  stream->operations.push_back([=] { memset(reinterpret_cast<void*>(at), value, bytes); });
  return SUCCESS;
}

API cuStreamCreate(Stream** stream, unsigned) {
  ENTER;
  streams.insert(*stream = new Stream);
  handles++;
  return SUCCESS;
}
API cuStreamDestroy_v2(Stream* stream) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  if (!streams.count(stream)) return INVALID_VALUE;
  drain(stream);
  streams.erase(stream);
  delete stream;
  handles--;
  return enter();
}
API cuStreamSynchronize(Stream* stream) {
  ENTER;
  if (!streams.count(stream)) return INVALID_VALUE;
  drain(stream);
  return sticky;
}
API cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  ENTER;
  if (!streams.count(stream)) return INVALID_VALUE;
  stream->operations.push_back([=] {
    if (!event->done) drain(event->stream);
  });
  return SUCCESS;
}

API cuEventCreate(Event** event, unsigned) {
  ENTER;
  *event = new Event;
  handles++;
  return SUCCESS;
}
API cuEventDestroy_v2(Event* event) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  drainAll();
  delete event;
  handles--;
  return enter();
}
API cuEventRecord(Event* event, Stream* stream) {
  ENTER;
  if (!streams.count(stream)) return INVALID_VALUE;
  event->stream = stream;
  event->done = false;
  stream->operations.push_back([=] { event->done = true; });
  return SUCCESS;
}
API cuEventSynchronize(Event* event) {
  ENTER;
  if (!event->done) drain(event->stream);
  return sticky;
}
API cuEventElapsedTime(float* milliseconds, Event*, Event*) {
  ENTER;
  *milliseconds = 1;
  return SUCCESS;
}

API cuLaunchKernel(Function* function, unsigned gridX, unsigned gridY, unsigned gridZ,
                   unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes,
                   Stream* stream, void** arguments, void**) {
  ENTER;
  if (due(failLaunch)) return OUT_OF_RESOURCES;
  if (gridX == 0 || gridY == 0 || gridY > 65535 || gridZ != 1 || blockX == 0 || blockX > 1024 ||
      blockX % 32 != 0 || blockY != 1 || blockZ != 1 || sharedBytes > MOST_SHARED ||
      !streams.count(stream)) {
    return INVALID_VALUE;
  }
  launches++;
  const simt::Kernel* kernel = function->kernel;
  const char* argument = static_cast<const char*>(arguments[0]);
  const std::vector<char> copied(argument, argument + kernel->argumentBytes);
  dim3 grid, block;
  grid.x = gridX, grid.y = gridY, block.x = blockX;
  stream->operations.push_back([=] {
    try {
      simt::launch(*kernel, grid, block, sharedBytes, copied.data());
      checkCanaries();
    } catch (const std::exception& e) {
      fault(e.what());
    }
  });
  return SUCCESS;
}

SIMULATED_API int simulatedLaunch(void* stream, std::function<void()> work) {
  ENTER;
  if (due(failLaunch)) return OUT_OF_RESOURCES;
  Stream* on = static_cast<Stream*>(stream);
  if (!streams.count(on)) return INVALID_VALUE;
  launches++;
  on->operations.push_back([work] {
    work();
    checkCanaries();
  });
  return SUCCESS;
}
SIMULATED_API bool simulatedMemory(const void* at, size_t bytes) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  return onDevice(reinterpret_cast<Address>(at), bytes);
}
SIMULATED_API int simulatedHold(int count) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  handles += count;
  return count < 0 ? SUCCESS : enter();
}
