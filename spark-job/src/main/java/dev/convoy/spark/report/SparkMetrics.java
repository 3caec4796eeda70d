package dev.convoy.spark.report;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.convoy.spark.train.TrainEvent;
import dev.convoy.spark.train.TrainEvent.Checkpointed;
import dev.convoy.spark.train.TrainEvent.Evaluated;
import dev.convoy.spark.train.TrainEvent.Started;
import dev.convoy.spark.train.TrainEvent.Step;
import dev.convoy.spark.train.TrainListener;
import java.util.function.LongSupplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * The run's figures in Spark's metrics system, as {@code APP_ID.driver.convoy.NAME}, so that the
 * sinks a cluster already has (Prometheus, JMX, Graphite ...) pick them up: {@code step, epoch,
 * loss, accuracy, learningRate, examplesPerSecond, stepMillis, overheadMillis, validationLoss,
 * validationAccuracy, checkpointAgeSeconds}. Loss, accuracy and speed are those of the past 100
 * steps; what is not known yet is NaN.
 */
public final class SparkMetrics implements TrainListener, AutoCloseable {
  private final LongSupplier nanoTime;
  private final PastSteps past = new PastSteps();
  private final Registered source = new Registered();
  private volatile Values values = Values.NONE;
  private volatile long checkpointed = Long.MIN_VALUE;

  /** What the gauges show. */
  private record Values(
      long step,
      int epoch,
      double loss,
      double accuracy,
      double learningRate,
      double examplesPerSecond,
      double stepMillis,
      double overheadMillis,
      double validationLoss,
      double validationAccuracy) {
    static final Values NONE =
        new Values(
            0,
            0,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN);
  }

  /** What Spark's metrics system registers. */
  private final class Registered implements Source {
    private final MetricRegistry registry = new MetricRegistry();

    @Override
    public String sourceName() {
      return "convoy";
    }

    @Override
    public MetricRegistry metricRegistry() {
      return registry;
    }

    private <T> void gauge(String name, Gauge<T> gauge) {
      registry.register(name, gauge);
    }
  }

  public SparkMetrics(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    source.gauge("step", () -> values.step());
    source.gauge("epoch", () -> values.epoch());
    source.gauge("loss", () -> values.loss());
    source.gauge("accuracy", () -> values.accuracy());
    source.gauge("learningRate", () -> values.learningRate());
    source.gauge("examplesPerSecond", () -> values.examplesPerSecond());
    source.gauge("stepMillis", () -> values.stepMillis());
    source.gauge("overheadMillis", () -> values.overheadMillis());
    source.gauge("validationLoss", () -> values.validationLoss());
    source.gauge("validationAccuracy", () -> values.validationAccuracy());
    source.gauge("checkpointAgeSeconds", this::checkpointAge);
  }

  /** Registers the figures with this JVM's Spark, whose context must have been started. */
  public SparkMetrics register() {
    SparkEnv.get().metricsSystem().registerSource(source);
    return this;
  }

  @Override
  public void close() {
    SparkEnv env = SparkEnv.get();
    if (env != null) {
      env.metricsSystem().removeSource(source);
    }
  }

  private double checkpointAge() {
    long then = checkpointed;
    return then == Long.MIN_VALUE ? Double.NaN : (nanoTime.getAsLong() - then) * 1e-9;
  }

  @Override
  public void on(TrainEvent event) {
    Values old = values;
    if (event instanceof Started) {
      values = Values.NONE;
    } else if (event instanceof Step step) {
      past.add(step);
      values =
          new Values(
              step.step(),
              step.epoch(),
              past.loss(),
              past.accuracy(),
              step.learningRate(),
              past.examplesPerSecond(),
              step.seconds() * 1e3,
              (step.seconds() - step.computeSeconds()) * 1e3,
              old.validationLoss(),
              old.validationAccuracy());
    } else if (event instanceof Evaluated evaluated) {
      values =
          new Values(
              old.step(),
              old.epoch(),
              old.loss(),
              old.accuracy(),
              old.learningRate(),
              old.examplesPerSecond(),
              old.stepMillis(),
              old.overheadMillis(),
              evaluated.loss(),
              evaluated.accuracy());
    } else if (event instanceof Checkpointed) {
      checkpointed = nanoTime.getAsLong();
    }
  }
}
