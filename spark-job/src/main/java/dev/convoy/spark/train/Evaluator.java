package dev.convoy.spark.train;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.data.TrainingData;
import dev.convoy.spark.data.shard.CachedShards;
import dev.convoy.spark.interop.ResultHandler;
import dev.convoy.spark.interop.ScalaTypes;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.TrainingException;
import dev.convoy.spark.train.task.EvaluationTask;
import dev.convoy.spark.train.task.TaskBuffers;
import dev.convoy.spark.train.task.TaskResult;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Forward passes over the held-out examples of a data set, spread over the cluster. */
public final class Evaluator {
  private Evaluator() {}

  /** Adds up what the tasks found; Spark calls it one call at a time. */
  private static final class Counts extends ResultHandler<TaskResult> {
    private final TaskResult total = new TaskResult();

    @Override
    protected void handle(TaskResult part) {
      total.addCounts(part);
    }
  }

  /**
   * Loss and accuracy of {@code weights} on the held-out examples of {@code data}; the same bits
   * for any number of partitions.
   *
   * @throws IllegalArgumentException if nothing is held out
   */
  public static Evaluation evaluate(
      SparkContext spark, TrainingData data, ModelSpec model, float[] weights, int microBatch) {
    return evaluate(spark, data, model, weights, microBatch, 1);
  }

  /**
   * The same in several jobs one after the other, each with a part of the shards, in blocks of its
   * own if there are several: other jobs get their turn between them.
   *
   * @param slices jobs wanted; there are never more than shards in a partition
   */
  static Evaluation evaluate(
      SparkContext spark,
      TrainingData data,
      ModelSpec model,
      float[] weights,
      int microBatch,
      int slices) {
    if (data.heldOutExamples() == 0) {
      throw new InvalidInputException(
          "evaluation: got no held-out examples, expected some; set data.validationFraction above"
              + " 0, for example to 0.1");
    }
    long start = System.nanoTime();
    Broadcast<byte[]> broadcast =
        spark.broadcast(TaskBuffers.encode(weights), ScalaTypes.tag(byte[].class));
    Counts counts = new Counts();
    // The data may be cut anew meanwhile; slices belong to one cut.
    CachedShards cut = data.cut();
    int jobs = Math.min(slices, cut.placement().parts());
    try {
      for (int slice = 0; slice < jobs; slice++) {
        spark.runJob(
            cut.shards(),
            new EvaluationTask(
                model.toText(),
                microBatch,
                broadcast,
                new EvaluationTask.Slice(slice, jobs, cut.placement())),
            counts,
            ScalaTypes.tag(TaskResult.class));
      }
    } finally {
      broadcast.destroy();
    }
    long examples = data.heldOutExamples();
    if (counts.total.examples() != examples) {
      throw new TrainingException(
          "evaluation: got " + counts.total.examples() + " examples, expected " + examples);
    }
    return new Evaluation(
        examples,
        counts.total.lossSum() / examples,
        (double) counts.total.correct() / examples,
        (System.nanoTime() - start) * 1e-9,
        outputs(model, counts.total, examples));
  }

  private static List<Evaluation.Output> outputs(ModelSpec model, TaskResult total, long examples) {
    List<Evaluation.Output> outputs = new ArrayList<>();
    for (int o = 0; o < model.outputs().size(); o++) {
      outputs.add(
          new Evaluation.Output(
              model.outputs().get(o).name(),
              total.lossSum(o) / examples,
              (double) total.correct(o) / examples));
    }
    return outputs;
  }
}
