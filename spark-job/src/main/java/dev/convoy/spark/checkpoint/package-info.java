/**
 * Checkpoints: their format, and the folder that they are kept in, on any Hadoop file system. Runs
 * on the driver.
 */
package dev.convoy.spark.checkpoint;
