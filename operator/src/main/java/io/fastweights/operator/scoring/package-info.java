/** Prequential evaluation: labels join their asks, running measures, drift detection. */
package io.fastweights.operator.scoring;
