/** {@code fastweights bench ask}: answers to a service that asks by a topic. */
package io.fastweights.jobs.bench.ask;
