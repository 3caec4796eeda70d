/** A run as one HTML page. Runs on the driver, from the files of a run. */
package dev.convoy.spark.report.page;
