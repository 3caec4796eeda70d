/** What a run says on the console. Runs on the driver, on the thread of events. */
package dev.convoy.spark.report.console;
