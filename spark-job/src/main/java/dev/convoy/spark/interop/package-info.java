/**
 * The corners of Spark's API that are written for Scala, made usable from Java: class tags,
 * sequences, functions and partitions. Runs wherever its users run. Nothing here knows Convoy.
 */
package dev.convoy.spark.interop;
