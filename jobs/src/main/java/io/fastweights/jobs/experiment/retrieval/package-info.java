/** The paper's synthetic retrieval task: how many associations a memory holds. */
package io.fastweights.jobs.experiment.retrieval;
