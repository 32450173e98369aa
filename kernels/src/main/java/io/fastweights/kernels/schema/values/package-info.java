/** Values of events as texts, numbers and times, and their ids: the same on every JVM. */
package io.fastweights.kernels.schema.values;
