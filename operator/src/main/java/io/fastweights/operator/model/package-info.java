/** The model as the operator runs it: encoding, decay, the engine and its thread. */
package io.fastweights.operator.model;
