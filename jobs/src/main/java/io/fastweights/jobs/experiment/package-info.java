/** Published figures beside ours: {@code fastweights experiment}. */
package io.fastweights.jobs.experiment;
