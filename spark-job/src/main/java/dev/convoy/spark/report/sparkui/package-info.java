/**
 * The tab in Spark's UI and in its History Server. Runs in the driver, and in the History Server.
 */
package dev.convoy.spark.report.sparkui;
