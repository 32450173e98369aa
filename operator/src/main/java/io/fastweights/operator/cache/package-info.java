/** The cache of memories in front of keyed state: SIEVE eviction, unsaved keys, pending logs. */
package io.fastweights.operator.cache;
