/**
 * The command line: {@link dev.convoy.spark.cli.Main} and its sub-commands, and the job file that
 * configures a run. Everything may be imported here; nothing imports this package.
 */
package dev.convoy.spark.cli;
