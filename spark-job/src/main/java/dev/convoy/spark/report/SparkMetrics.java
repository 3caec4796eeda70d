package dev.convoy.spark.report;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainEvent.Checkpointed;
import dev.convoy.spark.train.event.TrainEvent.Evaluated;
import dev.convoy.spark.train.event.TrainEvent.Started;
import dev.convoy.spark.train.event.TrainEvent.Step;
import dev.convoy.spark.train.event.TrainListener;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * The run's figures in Spark's metrics system, as {@code APP_ID.driver.convoy.NAME}, so that the
 * sinks a cluster already has (Prometheus, JMX, Graphite ...) pick them up: {@code step,
 * totalSteps, epoch, loss, accuracy, learningRate, gradientNorm, examplesPerSecond, stepMillis,
 * overheadMillis} (of it, what is not in the engine), its parts {@code broadcastMillis,
 * computeMillis, resultMillis, mergeMillis, updateMillis}, {@code validationLoss,
 * validationAccuracy, checkpointAgeSeconds}. Loss, accuracy and speed are means over the past 100
 * steps; what is not known yet is NaN.
 */
public final class SparkMetrics implements TrainListener, AutoCloseable {
  private final LongSupplier nanoTime;
  private final Registered source = new Registered();
  private PastSteps past = new PastSteps();
  private volatile Started started;
  private volatile Step step;
  private volatile Means means = new Means(Double.NaN, Double.NaN, Double.NaN);
  private volatile Evaluated validation;
  private volatile long checkpointed = Long.MIN_VALUE;

  /** Of the past steps. */
  private record Means(double loss, double accuracy, double examplesPerSecond) {}

  /** What Spark's metrics system registers. */
  private static final class Registered implements Source {
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

  /** Metrics of a run that is yet to begin. */
  public SparkMetrics(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    ofStep("step", Step::step);
    ofStep("epoch", Step::epoch);
    ofStep("learningRate", Step::learningRate);
    ofStep("gradientNorm", s -> s.norms().gradient());
    ofStep("stepMillis", s -> 1e3 * s.seconds());
    ofStep("overheadMillis", s -> 1e3 * (s.seconds() - s.computeSeconds()));
    ofStep("broadcastMillis", s -> 1e3 * s.times().broadcastSeconds());
    ofStep("computeMillis", s -> 1e3 * s.computeSeconds());
    ofStep("resultMillis", s -> 1e3 * s.times().resultSeconds());
    ofStep("mergeMillis", s -> 1e3 * s.times().mergeSeconds());
    ofStep("updateMillis", s -> 1e3 * s.times().updateSeconds());
    source.gauge("totalSteps", () -> started == null ? Double.NaN : started.course().totalSteps());
    source.gauge("loss", () -> means.loss());
    source.gauge("accuracy", () -> means.accuracy());
    source.gauge("examplesPerSecond", () -> means.examplesPerSecond());
    source.gauge("validationLoss", () -> validation == null ? Double.NaN : validation.loss());
    source.gauge(
        "validationAccuracy", () -> validation == null ? Double.NaN : validation.accuracy());
    source.gauge("checkpointAgeSeconds", this::checkpointAge);
  }

  private void ofStep(String name, ToDoubleFunction<Step> figure) {
    source.gauge(
        name,
        () -> {
          Step last = step;
          return last == null ? Double.NaN : figure.applyAsDouble(last);
        });
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
    if (event instanceof Step taken) {
      past.add(taken);
      means = new Means(past.loss(), past.accuracy(), past.examplesPerSecond());
      step = taken;
    } else if (event instanceof Evaluated evaluated) {
      validation = evaluated;
    } else if (event instanceof Checkpointed) {
      checkpointed = nanoTime.getAsLong();
    } else if (event instanceof Started run) {
      past = new PastSteps();
      step = null;
      validation = null;
      means = new Means(Double.NaN, Double.NaN, Double.NaN);
      started = run;
    }
  }
}
