/**
 * The folder that a run leaves: its files, which names they have, and reading them again. Runs on
 * the driver.
 */
package dev.convoy.spark.run;
