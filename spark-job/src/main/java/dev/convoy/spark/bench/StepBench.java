package dev.convoy.spark.bench;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ParameterLayout;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.DataCut;
import dev.convoy.spark.data.shard.PackedShard;
import dev.convoy.spark.data.source.ExampleSource;
import dev.convoy.spark.interop.ResultHandler;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.interop.TaskFunction;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.WeightUpdate;
import dev.convoy.spark.train.step.StepResult;
import dev.convoy.spark.train.step.StepTimes;
import dev.convoy.spark.train.step.TrainStep;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.reflect.ClassTag;

/**
 * What a training step costs besides the engine: the real step with an empty gradient, taken apart,
 * beside a bare Spark job that broadcasts and returns as many bytes and does nothing with them. The
 * two alternate in one run, so that both see the same machine.
 */
public final class StepBench {
  private static final ClassTag<byte[]> BYTES = ScalaTypes.tag(byte[].class);
  private static final String[] NAMES = {
    "encode weights",
    "broadcast",
    "schedule, to the first task",
    "tasks, first begin to last end",
    "result, to the last merge",
    "of which merging",
    "Spark's return",
    "release broadcast",
    "update weights"
  };

  private final SparkContext spark;
  private final int parameters;
  private final int partitions;
  private final List<double[]> items = new ArrayList<>();
  private final List<Double> real = new ArrayList<>();
  private final List<Double> bare = new ArrayList<>();
  private long resultBytes;

  /** Median milliseconds of one part of a step. */
  public record Item(String name, double millis) {}

  /**
   * What was measured, medians over the steps.
   *
   * @param broadcastBytes weights out, once
   * @param resultBytes gradients back, all tasks together
   * @param stepMillis a step of the real loop with an empty gradient
   * @param bareMillis a bare broadcast and runJob of the same bytes
   */
  public record Report(
      int parameters,
      int partitions,
      int steps,
      long broadcastBytes,
      long resultBytes,
      double stepMillis,
      double bareMillis,
      List<Item> items) {
    /** Checks and copies what is given. */
    public Report {
      items = List.copyOf(items);
    }

    /** Real step by bare job. */
    public double ratio() {
      return stepMillis / bareMillis;
    }
  }

  /**
   * @param parameters of the pretended model
   * @param partitions tasks a step
   */
  public StepBench(SparkContext spark, int parameters, int partitions) {
    if (parameters < 1 || partitions < 1) {
      throw new InvalidInputException(
          "bench: got "
              + parameters
              + " parameters and "
              + partitions
              + " partitions, expected 1 or more of each");
    }
    this.spark = spark;
    this.parameters = parameters;
    this.partitions = partitions;
  }

  /** Measures {@code steps} steps after {@code warmUp} that do not count. */
  public Report run(int warmUp, int steps) {
    try (TrainingData data =
        TrainingData.of(
            spark, new Nothing(partitions), DataCut.shards(partitions).partitions(partitions))) {
      TrainStep step = TrainStep.empty(spark, data, parameters, partitions);
      WeightUpdate update = momentum();
      float[] weights = new float[parameters];
      float[] state = new float[parameters];
      for (int i = 1; i <= warmUp + steps; i++) {
        if (i == warmUp + 1) {
          items.clear();
          real.clear();
          bare.clear();
        }
        realStep(i, step, update, weights, state);
        bareStep(data);
      }
    }
    List<Item> medians = new ArrayList<>();
    for (int k = 0; k < NAMES.length; k++) {
      int item = k;
      medians.add(
          new Item(
              NAMES[k], Quantiles.median(items.stream().mapToDouble(row -> row[item]).toArray())));
    }
    return new Report(
        parameters,
        partitions,
        steps,
        (long) Float.BYTES * parameters,
        resultBytes,
        Quantiles.median(real.stream().mapToDouble(Double::doubleValue).toArray()),
        Quantiles.median(bare.stream().mapToDouble(Double::doubleValue).toArray()),
        medians);
  }

  private void realStep(
      long step, TrainStep steps, WeightUpdate update, float[] weights, float[] state) {
    long start = System.nanoTime();
    StepResult result = steps.run(step, weights);
    long summed = System.nanoTime();
    update.apply(result.sum(), weights, state, step);
    long end = System.nanoTime();
    resultBytes = result.resultBytes();
    StepTimes times = result.times();
    long begin = result.firstTaskMicros();
    long taskEnd = result.lastTaskEndMicros();
    real.add((end - start) * 1e-6);
    items.add(
        new double[] {
          times.encodeNanos() * 1e-6,
          times.broadcastNanos() * 1e-6,
          (begin - times.submitMicros()) * 1e-3,
          (taskEnd - begin) * 1e-3,
          (times.lastMergedMicros() - taskEnd) * 1e-3,
          times.mergeNanos() * 1e-6,
          times.returnNanos() * 1e-6,
          times.releaseNanos() * 1e-6,
          (end - summed) * 1e-6
        });
  }

  private void bareStep(TrainingData data) {
    long start = System.nanoTime();
    Broadcast<byte[]> broadcast = spark.broadcast(new byte[Float.BYTES * parameters], BYTES);
    int bytes = (int) (resultBytes / partitions);
    spark.runJob(data.shards(), new Bare(bytes, broadcast), new Drop(), BYTES);
    broadcast.destroy();
    bare.add((System.nanoTime() - start) * 1e-6);
  }

  private WeightUpdate momentum() {
    ParameterLayout layout =
        new ParameterLayout(
            List.of(
                new ParameterLayout.Entry(0, "1.bench", 0, List.of(parameters), false, false, 0f)),
            parameters);
    TrainConfig.Update update =
        new TrainConfig.Update(new Sgd(0.9f, false), new LearningRate.Constant(1e-6f), 0f, 0f, 0f);
    return new WeightUpdate(update, layout, 1, 1);
  }

  /** One example of one pixel for each task. */
  private record Nothing(long examples) implements ExampleSource {
    @Override
    public Shape shape() {
      return new Shape(1, 1, 1);
    }

    @Override
    public String labelPlace(long index) {
      return "example " + index;
    }

    @Override
    public Reader open() {
      return (first, count, pixels, labels, at) -> {};
    }
  }

  /** Touches the broadcast, and returns bytes of no meaning. */
  private static final class Bare extends TaskFunction<PackedShard, byte[]> {
    private static final long serialVersionUID = 1L;
    private final int bytes;
    private final Broadcast<byte[]> broadcast;

    Bare(int bytes, Broadcast<byte[]> broadcast) {
      this.bytes = bytes;
      this.broadcast = broadcast;
    }

    @Override
    public byte[] apply(TaskContext context, Iterator<PackedShard> shards) {
      return new byte[broadcast.value().length < 0 ? 0 : bytes];
    }
  }

  private static final class Drop extends ResultHandler<byte[]> {
    @Override
    protected void handle(byte[] result) {}
  }
}
