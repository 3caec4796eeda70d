package dev.convoy.spark.data.shard;

/**
 * Examples whose indexes follow one another.
 *
 * @param examples in the order of their indexes
 * @param names what to call each: a file's name, a row's key
 */
public record ExampleChunk(PackedShard examples, String[] names) {}
