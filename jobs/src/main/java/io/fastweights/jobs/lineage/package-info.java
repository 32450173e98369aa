/** Datasets of a job for Flink's lineage graph, by the naming rules of OpenLineage. */
package io.fastweights.jobs.lineage;
