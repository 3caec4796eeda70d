/**
 * Convoy as stages of a Spark ML pipeline: {@link dev.convoy.spark.ml.ConvoyClassifier} trains,
 * {@link dev.convoy.spark.ml.ConvoyClassificationModel} predicts.
 */
package dev.convoy.spark.ml;
