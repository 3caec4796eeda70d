package dev.convoy.spark.interop;

import java.io.Serializable;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * What a task of {@code SparkContext.runJob} does with its partition; runs on an executor.
 * Subclasses are named classes, because Spark searches the class file of a lambda each time one is
 * sent.
 *
 * @param <T> elements of the partition
 * @param <R> what the task returns
 */
public abstract class TaskFunction<T, R> extends AbstractFunction2<TaskContext, Iterator<T>, R>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public abstract R apply(TaskContext context, Iterator<T> elements);
}
