/** Evaluation of a model that learns while it predicts: every event is tested on, then learned. */
package io.fastweights.operator.prequential;
