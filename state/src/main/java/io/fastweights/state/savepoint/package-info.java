/** Reads, writes and rewrites savepoints that hold memories. */
package io.fastweights.state.savepoint;
