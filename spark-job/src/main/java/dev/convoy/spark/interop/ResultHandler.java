package dev.convoy.spark.interop;

import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Takes the results of the tasks of {@code SparkContext.runJob} on the driver, one call at a time,
 * in the order in which tasks end.
 *
 * @param <R> what a task returns
 */
public abstract class ResultHandler<R> extends AbstractFunction2<Object, R, BoxedUnit> {
  /** Takes the result of one task. */
  protected abstract void handle(R result);

  @Override
  public final BoxedUnit apply(Object partition, R result) {
    handle(result);
    return BoxedUnit.UNIT;
  }
}
