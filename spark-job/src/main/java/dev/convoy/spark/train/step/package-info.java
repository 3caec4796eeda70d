/** The driver's side of one step: sending weights, the job, merging gradients. */
package dev.convoy.spark.train.step;
