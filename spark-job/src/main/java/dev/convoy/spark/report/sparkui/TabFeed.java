package dev.convoy.spark.report.sparkui;

import dev.convoy.spark.report.StepLines.StepLine;
import dev.convoy.spark.report.StepLines.ValidationLine;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Checkpointed;
import dev.convoy.spark.train.event.TrainEvent.Evaluated;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Share;
import dev.convoy.spark.train.event.TrainEvent.Started;
import dev.convoy.spark.train.event.TrainEvent.Step;
import dev.convoy.spark.train.event.TrainListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * Takes a run's events to Spark's listener bus. Steps are gathered and posted twice a second at
 * most: Spark's event log grows by what a step says, and not by an event a step.
 */
final class TabFeed implements TrainListener {
  private static final long POST_MILLIS = 500;

  private final String name;
  private final Consumer<SparkListenerEvent> bus;
  private final LongSupplier millis;
  private final List<StepLine> steps = new ArrayList<>();
  private final Map<String, Share> executors = new TreeMap<>();
  private long posted = Long.MIN_VALUE;

  /**
   * @param millis wall clock, since 1970
   */
  TabFeed(String name, Consumer<SparkListenerEvent> bus, LongSupplier millis) {
    this.name = name;
    this.bus = bus;
    this.millis = millis;
  }

  @Override
  public void on(TrainEvent event) {
    if (event instanceof Step step) {
      steps.add(StepLine.of(step));
      step.executors()
          .forEach(share -> executors.merge(share.executor(), share, TrainEvent.Share::plus));
      if (posted == Long.MIN_VALUE || millis.getAsLong() - posted >= POST_MILLIS) {
        postSteps();
      }
    } else if (event instanceof Started started) {
      bus.accept(new TabEvents.Begun(name, started));
    } else if (event instanceof Evaluated evaluated) {
      postSteps();
      bus.accept(new TabEvents.Validated(ValidationLine.of(evaluated)));
    } else if (event instanceof Checkpointed saved) {
      bus.accept(new TabEvents.Saved(saved.step(), saved.path(), millis.getAsLong()));
    } else if (event instanceof Finished finished) {
      postSteps();
      bus.accept(new TabEvents.Ended(finished));
    }
  }

  private void postSteps() {
    if (!steps.isEmpty()) {
      bus.accept(new TabEvents.Progressed(List.copyOf(steps), List.copyOf(executors.values())));
      steps.clear();
      executors.clear();
      posted = millis.getAsLong();
    }
  }
}
