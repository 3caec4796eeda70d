/** What {@code convoy bench} measures. Runs on the driver, through the same steps as training. */
package dev.convoy.spark.bench;
