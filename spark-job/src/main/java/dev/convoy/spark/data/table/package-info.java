/** Rows of Spark tables as examples: columns, order, packing. Reads on executors. */
package dev.convoy.spark.data.table;
