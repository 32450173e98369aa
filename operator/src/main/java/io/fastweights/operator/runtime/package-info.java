/** The stateful operators: batching, expiry of keys, event-time order, weights that change. */
package io.fastweights.operator.runtime;
