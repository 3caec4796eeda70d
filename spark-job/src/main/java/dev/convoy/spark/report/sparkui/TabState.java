package dev.convoy.spark.report.sparkui;

import dev.convoy.spark.report.StepLines.ValidationLine;
import dev.convoy.spark.report.TrainingEvents;
import dev.convoy.spark.report.WebResources;
import dev.convoy.spark.report.page.StepSeries;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Finished;
import dev.convoy.spark.train.event.TrainEvent.Share;
import dev.convoy.spark.train.event.TrainEvent.Started;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What the tab shows: the last run of an application, put together from its {@link TabEvents}, live
 * or out of an event log. Of bounded size, however long the run.
 */
final class TabState extends SparkListener {
  private static final int MOST_POINTS = 600;
  private static final int MOST_VALIDATIONS = 1000;

  private String name;
  private Started started;
  private StepSeries steps = new StepSeries(MOST_POINTS);
  private final List<ValidationLine> validations = new ArrayList<>();
  private final Map<String, Share> executors = new TreeMap<>();
  private TabEvents.Saved saved;
  private Finished finished;

  /** What the page's script draws; null where nothing is known yet. */
  private record View(
      String name,
      Started run,
      StepSeries.Curves curves,
      List<ValidationLine> validations,
      List<Share> executors,
      TabEvents.Saved checkpoint,
      Finished finished) {}

  @Override
  public synchronized void onOtherEvent(SparkListenerEvent posted) {
    SparkListenerEvent event = current(posted);
    if (event instanceof TabEvents.Progressed progressed) {
      progressed.steps().forEach(steps::add);
      progressed.executors().forEach(s -> executors.merge(s.executor(), s, TrainEvent.Share::plus));
    } else if (event instanceof TabEvents.Validated validated) {
      if (validations.size() < MOST_VALIDATIONS) {
        validations.add(validated.validation());
      }
    } else if (event instanceof TabEvents.Saved checkpoint) {
      saved = checkpoint;
    } else if (event instanceof TabEvents.Begun begun) {
      begin(begun);
    } else if (event instanceof TabEvents.Ended ended) {
      finished = ended.run();
    }
  }

  /** An event of an earlier version's log by today's name; any other as it is. */
  private static SparkListenerEvent current(SparkListenerEvent event) {
    if (event instanceof TrainingEvents.Progressed old) {
      return new TabEvents.Progressed(old.steps(), old.executors());
    } else if (event instanceof TrainingEvents.Validated old) {
      return new TabEvents.Validated(old.validation());
    } else if (event instanceof TrainingEvents.Saved old) {
      return new TabEvents.Saved(old.step(), old.path(), old.millis());
    } else if (event instanceof TrainingEvents.Begun old) {
      return new TabEvents.Begun(old.name(), old.started());
    } else if (event instanceof TrainingEvents.Ended old) {
      return new TabEvents.Ended(old.run());
    }
    return event;
  }

  private void begin(TabEvents.Begun begun) {
    name = begun.name();
    started = begun.run();
    steps = new StepSeries(MOST_POINTS);
    validations.clear();
    executors.clear();
    saved = null;
    finished = null;
  }

  /** True once a run has begun. */
  synchronized boolean hasRun() {
    return started != null;
  }

  /** JSON of it all. */
  synchronized String view() {
    StepSeries.Curves curves = steps.size() == 0 ? null : steps.curves();
    return WebResources.json(
        new View(
            name,
            started,
            curves,
            List.copyOf(validations),
            List.copyOf(executors.values()),
            saved,
            finished));
  }
}
