/** The reader of CSV beside another one. */
package io.fastweights.jobs.bench.read;
