/**
 * What a user sees of a run, on the console and in files. Everything here listens to the one stream
 * of {@link dev.convoy.spark.train.event.TrainEvent}s and knows nothing else of the trainer.
 */
package dev.convoy.spark.report;
