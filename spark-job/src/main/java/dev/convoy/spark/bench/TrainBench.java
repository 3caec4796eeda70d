package dev.convoy.spark.bench;

import dev.convoy.engine.network.Network;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.train.EngineLoop;
import dev.convoy.spark.train.StepLoop;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.Trainer;
import dev.convoy.spark.train.step.TrainStep;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.SparkContext;

/**
 * How much of the engine's speed training on Spark keeps: windows of real training steps alternate
 * with windows of the same step in one thread without Spark, so that both see the same machine.
 */
public final class TrainBench {
  /** Windows of the engine alone that do not count. */
  private static final int ENGINE_WARM_UP = 2;

  /** Spark's code is warm once the JVM's compiler takes no more than this share of a core. */
  private static final double QUIET = 0.02;

  /** Windows on end that the compiler must be quiet for. */
  private static final int QUIET_WINDOWS = 2;

  /**
   * The compiler looks at what was called some thousand times, and there is much of Spark that is
   * called once or twice a step.
   */
  private static final int MOST_WARM_UP = 30;

  private final SparkContext spark;
  private final TrainConfig config;

  /**
   * Examples a second.
   *
   * @param spark on Spark
   * @param engine of one engine thread
   * @param together of as many engine threads as Spark had, all at once: cores share caches, memory
   *     and heat
   */
  public record Rates(double spark, double engine, double together) {}

  /**
   * What was measured.
   *
   * @param threads that all tasks together may have
   * @param warmUpSteps steps on Spark that were taken before any counted
   * @param rates examples a second, medians over the windows
   * @param efficiencies of each pair of windows: Spark's rate by {@code threads} times the rate of
   *     one
   * @param stepMillis median over the windows of the mean step on Spark
   * @param computeMillis of which in the engine, in the slowest task
   */
  public record Report(
      int batchSize,
      int threads,
      long warmUpSteps,
      Rates rates,
      List<Double> efficiencies,
      double stepMillis,
      double computeMillis) {
    /** Checks and copies what is given. */
    public Report {
      efficiencies = List.copyOf(efficiencies);
    }

    /** Quantile {@code q}, 0 to 1, of the efficiencies. */
    public double efficiency(double q) {
      return Quantiles.at(q, efficiencies.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  /**
   * @param config the job; trained from fresh weights, nothing is kept
   */
  public TrainBench(SparkContext spark, TrainConfig config) {
    this.spark = spark;
    this.config = config;
  }

  /**
   * Measures {@code windows} windows of each kind after a warm-up that does not count: it ends when
   * the JVM has compiled what steps run, after minutes perhaps.
   *
   * @param seconds least length of a window; a window holds one step or more
   */
  public Report run(int windows, double seconds) {
    Network network = new Network(config.model());
    TrainConfig.Loop loop = config.loop();
    try (TrainingData data = Trainer.open(spark, config)) {
      data.expect(config.model());
      StepLoop onSpark = new StepLoop(spark, config, network, data);
      int threads = TrainStep.threads(spark);
      EngineThreads engine = new EngineThreads(network, threads);
      engine.rate(threads, ENGINE_WARM_UP * seconds);
      long warmUpSteps = warmUp(onSpark, seconds);
      List<Window> taken = new ArrayList<>();
      List<Double> alone = new ArrayList<>();
      List<Double> together = new ArrayList<>();
      List<Double> efficiencies = new ArrayList<>();
      for (int i = 0; i < windows; i++) {
        Window window = window(onSpark, seconds);
        taken.add(window);
        alone.add(engine.rate(1, seconds));
        together.add(engine.rate(threads, seconds));
        efficiencies.add(window.rate() / (threads * alone.get(i)));
      }
      return new Report(
          loop.batchSize(),
          threads,
          warmUpSteps,
          new Rates(
              Quantiles.median(taken.stream().mapToDouble(Window::rate).toArray()),
              Quantiles.median(alone.stream().mapToDouble(Double::doubleValue).toArray()),
              Quantiles.median(together.stream().mapToDouble(Double::doubleValue).toArray())),
          efficiencies,
          Quantiles.median(
              taken.stream().mapToDouble(w -> w.seconds() * 1e3 / w.steps()).toArray()),
          Quantiles.median(
              taken.stream().mapToDouble(w -> w.computeSeconds() * 1e3 / w.steps()).toArray()));
    }
  }

  /**
   * Takes steps until the compiler has little left to do; returns how many. Most of them with an
   * empty gradient: Spark's part of a step is the same, and most of what there is to compile.
   */
  private static long warmUp(StepLoop onSpark, double seconds) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    int quiet = 0;
    long steps = 0;
    for (int i = 0; i < MOST_WARM_UP && quiet < QUIET_WINDOWS; i++) {
      long before = compiler.getTotalCompilationTime();
      long empty = emptySteps(onSpark, seconds);
      Window window = window(onSpark, seconds);
      double compiling = (compiler.getTotalCompilationTime() - before) * 1e-3;
      quiet = compiling <= QUIET * 2 * window.seconds() ? quiet + 1 : 0;
      steps += empty + window.steps();
    }
    return steps;
  }

  private record Window(long steps, long examples, double seconds, double computeSeconds) {
    double rate() {
      return examples / seconds;
    }
  }

  /** Takes steps without a gradient and without effect, for so long; returns how many. */
  private static long emptySteps(StepLoop onSpark, double seconds) {
    long start = System.nanoTime();
    long taken = 0;
    for (; (System.nanoTime() - start) * 1e-9 < seconds; taken++) {
      onSpark.takeEmpty();
    }
    return taken;
  }

  private static Window window(StepLoop onSpark, double seconds) {
    long start = System.nanoTime();
    long taken = 0;
    long examples = 0;
    long compute = 0;
    double past = 0;
    for (; past < seconds; taken++) {
      StepLoop.Taken step = onSpark.take();
      examples += step.examples();
      compute += step.computeNanos();
      past = (System.nanoTime() - start) * 1e-9;
    }
    return new Window(taken, examples, past, compute * 1e-9);
  }

  /** The step without Spark, in threads that know nothing of each other. */
  private final class EngineThreads {
    private final List<EngineLoop> loops = new ArrayList<>();

    EngineThreads(Network network, int most) {
      for (int i = 0; i < most; i++) {
        loops.add(new EngineLoop(config, network, config.loop().batchSize()));
      }
    }

    /** Examples a second of {@code threads} threads together. */
    double rate(int threads, double seconds) {
      return loops.subList(0, threads).stream()
          .map(
              loop ->
                  CompletableFuture.supplyAsync(
                      () -> rate(loop, seconds), task -> new Thread(task).start()))
          .toList()
          .stream()
          .mapToDouble(CompletableFuture::join)
          .sum();
    }

    private double rate(EngineLoop loop, double seconds) {
      long start = System.nanoTime();
      long examples = 0;
      double past = 0;
      while (past < seconds) {
        loop.step(() -> false);
        examples += config.loop().batchSize();
        past = (System.nanoTime() - start) * 1e-9;
      }
      return examples / past;
    }
  }
}
