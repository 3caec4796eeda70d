/**
 * The front door to data: where it is, what kind it is, and the training data of a job. Runs on the
 * driver; what reads examples runs on executors, in the packages below.
 */
package dev.convoy.spark.data;
