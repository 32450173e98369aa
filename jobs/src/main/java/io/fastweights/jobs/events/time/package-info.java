/** Times as people write them, and the unit of those that are numbers. */
package io.fastweights.jobs.events.time;
