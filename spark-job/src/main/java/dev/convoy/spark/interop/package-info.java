/**
 * The corners of Spark's API that are written for Scala, made usable from Java: class tags,
 * sequences, functions, partitions, and Kryo's registration. Runs wherever its users run. Knows no
 * other package.
 */
package dev.convoy.spark.interop;
