/** Lines that say how far a command is. */
package io.fastweights.jobs.progress;
