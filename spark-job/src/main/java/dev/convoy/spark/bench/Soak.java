package dev.convoy.spark.bench;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.TrainResult;
import dev.convoy.spark.train.Trainer;
import dev.convoy.spark.train.cluster.SparkSettings;
import dev.convoy.spark.train.event.TrainEvent;
import dev.convoy.spark.train.event.TrainListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkContext;

/**
 * Trains a tiny model for very many steps in one application, with validations and checkpoints, and
 * looks at intervals what the JVM holds: whatever a step leaves behind adds up.
 */
public final class Soak {
  /** 9,610 parameters: small enough for quick steps, large enough for a leaked array to show. */
  private static final String MODEL =
      """
      input 8x8x1
      flatten
      dense units=128
      relu
      dense units=10
      loss softmax
      """;

  private static final int EXAMPLES = 2000;
  private static final int SHARDS = 16;
  private static final int SEED = 1;
  private static final int BATCH = 64;
  private static final int EPOCHS_BETWEEN_VALIDATIONS = 4;
  private static final int STEPS_BETWEEN_CHECKPOINTS = 50;

  /**
   * Growth of the least heap from half to half that is still noise: compiled code's constants, soft
   * caches, what the step at hand holds. In a soak of 600 steps the halves are 210 steps apart, so
   * it is 15 kB a step, less than half of what one kept array of weights would make; in one of
   * 50,000 steps it is 180 bytes a step.
   */
  private static final long HEAP_NOISE = 3L << 20;

  /**
   * Blocks, threads and files come and go: a broadcast is released asynchronously, in a backlog of
   * dozens where the cores are busy, a validation and a checkpoint run beside the steps, pools grow
   * to the number of cores. What leaks is there at the quietest look too.
   */
  private static final long FEW = 12;

  /**
   * Spark's UI keeps the last 100 jobs and stages ({@link SparkSettings}), overruns that by a
   * little, and trims. A short soak only fills it, which is no growth.
   */
  private static final long FILLED = 150;

  private final SparkContext spark;
  private final long steps;
  private final String checkpoints;

  /**
   * What was seen.
   *
   * @param samples in order, at equal intervals
   * @param weightsSha256 of the final weights
   */
  public record Report(List<Footprint> samples, String weightsSha256) {
    /** Checks and copies what is given. */
    public Report {
      samples = List.copyOf(samples);
    }

    /**
     * What grew, in words; empty if nothing did. The first quarter of the samples is warm-up; the
     * later half of the rest is held against the earlier half. The least of each half counts, for
     * there what is in flight disturbs least.
     */
    public List<String> growth() {
      List<Footprint> steady = samples.subList(samples.size() / 4, samples.size());
      List<Footprint> early = steady.subList(0, steady.size() / 2);
      List<Footprint> late = steady.subList(steady.size() / 2, steady.size());
      List<String> grown = new ArrayList<>();
      if (early.isEmpty()) {
        return grown;
      }
      long before = least(early, Footprint::heapBytes);
      long after = least(late, Footprint::heapBytes);
      if (after > before + HEAP_NOISE) {
        grown.add(String.format(Locale.ROOT, "heap: %d to %d bytes", before, after));
      }
      compare("broadcast blocks", look -> look.blocks().broadcasts(), early, late, grown);
      compare("other blocks", look -> look.blocks().others(), early, late, grown);
      compare(
          "jobs in the UI's store",
          look -> Math.max(FILLED, look.kept().jobs()),
          early,
          late,
          grown);
      compare(
          "stages in the UI's store",
          look -> Math.max(FILLED, look.kept().stages()),
          early,
          late,
          grown);
      compare("threads", Footprint::threads, early, late, grown);
      compare("open files", Footprint::files, early, late, grown);
      return grown;
    }

    private static void compare(
        String name,
        ToLongFunction<Footprint> figure,
        List<Footprint> early,
        List<Footprint> late,
        List<String> grown) {
      long before = least(early, figure);
      long after = least(late, figure);
      if (after > before + FEW) {
        grown.add(name + ": " + before + " to " + after);
      }
    }

    private static long least(List<Footprint> looks, ToLongFunction<Footprint> figure) {
      return looks.stream().mapToLong(figure).min().orElseThrow();
    }
  }

  /**
   * @param checkpoints folder for checkpoints; empty for none
   */
  public Soak(SparkContext spark, long steps, String checkpoints) {
    if (steps < 1) {
      throw new InvalidInputException("soak: got " + steps + " steps, expected 1 or more");
    }
    this.spark = spark;
    this.steps = steps;
    this.checkpoints = checkpoints;
  }

  /**
   * Takes all steps.
   *
   * @param interval steps between looks
   * @param heard gets each look at once, on another thread
   */
  public Report run(long interval, Consumer<Footprint> heard) {
    List<Footprint> samples = Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    TrainListener look =
        event -> {
          if (event instanceof TrainEvent.Step step && step.step() % interval == 0) {
            double seconds = (System.nanoTime() - start) * 1e-9;
            Footprint sample = Footprint.of(spark, step.step(), seconds);
            samples.add(sample);
            heard.accept(sample);
          }
        };
    Trainer trainer =
        new Trainer(
            spark,
            config(),
            List.of(look),
            () ->
                TrainingData.of(spark, new Made(), DataCut.shards(SHARDS).seed(SEED).heldOut(0.1)));
    TrainResult result = trainer.train(false);
    return new Report(samples, result.weightsSha256());
  }

  private TrainConfig config() {
    int epochs = (int) Math.min(Integer.MAX_VALUE, steps);
    return new TrainConfig(
        ModelSpec.parse(MODEL),
        new TrainConfig.Data("made up", 0, SHARDS, 0.1),
        new TrainConfig.Loop(epochs, steps, BATCH, 16, SEED, EPOCHS_BETWEEN_VALIDATIONS, 0),
        new TrainConfig.Update(
            new Sgd(0.9f, false), new LearningRate.Constant(1e-3f), 1e-4f, 0f, 0f),
        new TrainConfig.Checkpoints(
            checkpoints, checkpoints.isEmpty() ? 0 : STEPS_BETWEEN_CHECKPOINTS, 0, false, 3));
  }

  /** Ten classes, each with a bright row or two. */
  private record Made() implements ExampleSource {
    private static final int SIDE = 8;
    private static final int CLASSES = 10;

    @Override
    public Shape shape() {
      return new Shape(SIDE, SIDE, 1);
    }

    @Override
    public long examples() {
      return EXAMPLES;
    }

    @Override
    public String labelPlace(long index) {
      return "example " + index;
    }

    @Override
    public Reader open() {
      return Made::read;
    }

    private static void read(long first, int count, byte[] pixels, int[] labels, int at) {
      for (int i = 0; i < count; i++) {
        int label = (int) ((first + i) % CLASSES);
        labels[at + i] = label;
        for (int j = 0; j < SIDE * SIDE; j++) {
          boolean bright = j % CLASSES == label;
          pixels[(at + i) * SIDE * SIDE + j] = (byte) (bright ? 200 : (first + i + j) % 50);
        }
      }
    }
  }
}
