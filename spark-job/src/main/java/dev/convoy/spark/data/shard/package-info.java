/**
 * Logical shards: which example lies where, how shards are packed, cached and found again. RDDs run
 * on executors, the inventory on the driver.
 */
package dev.convoy.spark.data.shard;
