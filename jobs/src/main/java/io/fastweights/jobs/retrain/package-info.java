/**
 * Trains on from the weights that serve a job, on what its topic has brought, and sends better ones
 * to the job.
 */
package io.fastweights.jobs.retrain;
