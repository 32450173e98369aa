/** A page on a job while it runs, served on the loopback interface. */
package io.fastweights.jobs.live;
