/**
 * A training job as text: YAML, single settings on top of it, and the defaults, read into a {@link
 * dev.convoy.spark.train.TrainConfig}. The command line and the Spark ML stages share it, so that
 * the same words mean the same run.
 */
package dev.convoy.spark.job;
