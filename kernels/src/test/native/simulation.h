// What the simulated driver offers to a library that works on its device. Status 0 is success.
#pragma once
#include <cstddef>
#include <functional>

#define SIMULATED_API extern "C" __attribute__((visibility("default")))

// Enqueues work; counts as a launch.
SIMULATED_API int simulatedLaunch(void* stream, std::function<void()> work);

// Whether a range lies in one allocation of the device.
SIMULATED_API bool simulatedMemory(const void* at, size_t bytes);

// Takes handles into the count of what the process holds, or gives them back (less than 0).
SIMULATED_API int simulatedHold(int handles);
