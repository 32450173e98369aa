/** Schemas of events, their encoders and targets. */
package io.fastweights.kernels.schema;
