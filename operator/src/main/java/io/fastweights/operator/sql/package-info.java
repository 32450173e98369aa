/** Predictions in Flink SQL, as a ProcessTableFunction. */
package io.fastweights.operator.sql;
