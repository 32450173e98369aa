/** The next activity of a business process, from public logs of cases. */
package io.fastweights.jobs.experiment.cases;
