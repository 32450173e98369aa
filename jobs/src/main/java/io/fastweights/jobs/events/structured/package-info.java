/** Avro and Parquet: records that have a schema, as JSON. */
package io.fastweights.jobs.events.structured;
