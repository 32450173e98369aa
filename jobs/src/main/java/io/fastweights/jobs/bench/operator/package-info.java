/** The operator beside the engine and beside passing events on: time and allocations per event. */
package io.fastweights.jobs.bench.operator;
