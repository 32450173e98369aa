/** Delays of flights: a trained model beside averages, regressions and a small network. */
package io.fastweights.jobs.experiment.flights;
