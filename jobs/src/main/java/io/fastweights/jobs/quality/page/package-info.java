/** The quality of a job as a page: tables, charts, and what the job refused. */
package io.fastweights.jobs.quality.page;
