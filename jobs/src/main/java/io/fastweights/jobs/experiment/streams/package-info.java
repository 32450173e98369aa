/** Public streams of events, predicted without training and compared with online learners. */
package io.fastweights.jobs.experiment.streams;
