package dev.convoy.spark.data.source;

import dev.convoy.engine.tensor.Shape;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkContext;

/**
 * Where examples come from. Travels to the executors, each of which opens it and reads what its own
 * shards need. Call order: {@link #open}, then {@link Reader#read} any number of times.
 */
public interface ExampleSource extends Serializable {
  /** Shape of one example. */
  Shape shape();

  /** Number of examples. */
  long examples();

  /** Labels that each example has: one for each output of a model. */
  default int labels() {
    return 1;
  }

  /** False if the labels mean nothing, because the data has none: to be predicted only. */
  default boolean labelled() {
    return true;
  }

  /**
   * True if examples lie in files of many, where a run of neighbours is read much faster than as
   * many examples here and there; false if each is found at once, in memory or in a file of its
   * own.
   */
  default boolean isReadInRuns() {
    return false;
  }

  /**
   * Where label number {@code index} stands, for messages: file and offset. Of several labels an
   * example, the labels of example e are {@code e * labels()} and on.
   */
  String labelPlace(long index);

  /** What to call example {@code index} in a list of predictions. */
  default String name(long index) {
    return labelPlace(index);
  }

  /** What a user should know of the data, a sentence each; on the driver that opened it. */
  default List<String> notes() {
    return List.of();
  }

  /** Examples that are not among these because they cannot be used: each with the reason. */
  default List<String> leftOut() {
    return List.of();
  }

  /**
   * What to tell a user of a failure to read this; {@code failure} itself if there is nothing to
   * add. May run a job.
   */
  default RuntimeException explain(SparkContext spark, RuntimeException failure) {
    return failure;
  }

  /** Called on the driver once every example was read and is cached: frees what executors hold. */
  default void release() {}

  /** Called on the driver when the data is needed no more. */
  default void close() {}

  /** Opens the source on this machine. */
  Reader open() throws IOException;

  /** Reads runs of examples; for one thread. */
  interface Reader extends Closeable {
    /**
     * Reads {@code count} examples from {@code first} on.
     *
     * @param pixels overwritten from {@code at * shape.size()} on
     * @param labels {@code [example][label]}, overwritten from example {@code at} on
     */
    void read(long first, int count, byte[] pixels, int[] labels, int at) throws IOException;

    @Override
    default void close() throws IOException {}
  }
}
