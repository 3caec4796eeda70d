/**
 * One forward pass over data, for evaluation, predictions, pipelines and SQL functions; scores and
 * formats. Tasks run on executors, results are put together on the driver.
 */
package dev.convoy.spark.predict;
