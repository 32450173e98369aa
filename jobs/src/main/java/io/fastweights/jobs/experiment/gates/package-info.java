/** Constant step sizes beside step sizes per row. */
package io.fastweights.jobs.experiment.gates;
