/**
 * The command line: {@code Main}, a file for each command, and the options that they share. Runs on
 * the driver.
 */
package dev.convoy.spark.cli;
