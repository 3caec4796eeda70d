/**
 * Living with a cluster: retries, lost executors, partitions that must be spread again. Runs on the
 * driver.
 */
package dev.convoy.spark.train.cluster;
