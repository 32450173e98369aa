/** How good predictions are: prequential measures beside those of trivial baselines. */
package io.fastweights.jobs.quality;
