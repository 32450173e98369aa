/** Checks model updates before they are distributed to the subtasks. */
package io.fastweights.operator.refresh;
