/** The training loop: step, validation, update, checkpoint. Runs on the driver. */
package dev.convoy.spark.train;
