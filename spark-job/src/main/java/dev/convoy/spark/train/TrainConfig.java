package dev.convoy.spark.train;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.optimizer.LearningRate;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.source.OnDamaged;
import dev.convoy.spark.data.table.TableColumns;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A training job, checked and complete: nothing has a default here (defaults live in the job file's
 * reader alone).
 *
 * @param model the network
 * @param data where examples come from and how they are cut
 * @param loop how long and in what batches
 * @param update how gradients become weights
 * @param checkpoints when state is saved
 */
public record TrainConfig(
    ModelSpec model, Data data, Loop loop, Update update, Checkpoints checkpoints) {

  /** The same job for another network. */
  public TrainConfig with(ModelSpec other) {
    return new TrainConfig(other, data, loop, update, checkpoints);
  }

  /** The same job on other data. */
  public TrainConfig with(Data other) {
    return new TrainConfig(model, other, loop, update, checkpoints);
  }

  /** The same job with another length or other batches. */
  public TrainConfig with(Loop other) {
    return new TrainConfig(model, data, other, update, checkpoints);
  }

  /** The same job with another update. */
  public TrainConfig with(Update other) {
    return new TrainConfig(model, data, loop, other, checkpoints);
  }

  /** The same job with other checkpoints. */
  public TrainConfig with(Checkpoints other) {
    return new TrainConfig(model, data, loop, update, other);
  }

  /**
   * How examples are read.
   *
   * @param columns of a table
   * @param scale number in a table's column that stands for a full pixel
   * @param onDamaged what becomes of image files that cannot be used
   */
  public record Reading(TableColumns columns, float scale, OnDamaged onDamaged)
      implements Serializable {
    static final Reading STANDARD = new Reading(TableColumns.STANDARD, 255f, OnDamaged.REFUSE);
  }

  /**
   * @param path of the data, as {@link DataLocation} has it
   * @param testPath of the test set; empty if it is with the data
   * @param reading how examples are read there
   * @param partitions of the RDD; 0 means one a task slot. Does not change the answer
   * @param shards logical shards V; changes the answer
   * @param validationFraction share of the training set held out, chosen by the seed
   * @param classes names of the classes in the order of their numbers, as a model to start from has
   *     them; empty to number those that are there
   */
  public record Data(
      String path,
      String testPath,
      Reading reading,
      int partitions,
      int shards,
      double validationFraction,
      List<String> classes)
      implements Serializable {
    /** Checks and copies what is given. */
    public Data {
      classes = List.copyOf(classes);
    }

    /** Data that is no table, its test set with it. */
    public Data(String path, int partitions, int shards, double validationFraction) {
      this(path, "", Reading.STANDARD, partitions, shards, validationFraction, List.of());
    }

    /** The same data, whose classes have the numbers that they have in a model. */
    public Data numbered(List<String> names) {
      return new Data(path, testPath, reading, partitions, shards, validationFraction, names);
    }

    /** Columns of a table. */
    public TableColumns columns() {
      return reading.columns();
    }

    /** The number in a table that stands for a full pixel. */
    public float scale() {
      return reading.scale();
    }
  }

  /** Where the training data is, read for the model. */
  public DataLocation location() {
    return location(data.path());
  }

  /** Where the test data is. */
  public DataLocation testLocation() {
    String path = data.testPath().isEmpty() ? data.path() : data.testPath();
    return location(path);
  }

  private DataLocation location(String path) {
    return new DataLocation(
        path,
        data.columns(),
        data.scale(),
        Optional.of(model),
        data.classes(),
        data.reading().onDamaged());
  }

  /**
   * @param epochs passes over the training data
   * @param maxSteps stop after this many steps; 0 means no limit
   * @param batchSize examples a step
   * @param microBatch examples a forward-backward call
   * @param seed of everything random
   * @param evaluateEvery epochs between validations; 0 for never
   * @param patience validations without improvement before training stops early and the best
   *     weights come back; 0 for never
   * @param augmentation of training images
   */
  public record Loop(
      int epochs,
      long maxSteps,
      int batchSize,
      int microBatch,
      long seed,
      int evaluateEvery,
      int patience,
      Augmentation augmentation)
      implements Serializable {
    /** Images as they are. */
    public Loop(
        int epochs,
        long maxSteps,
        int batchSize,
        int microBatch,
        long seed,
        int evaluateEvery,
        int patience) {
      this(
          epochs,
          maxSteps,
          batchSize,
          microBatch,
          seed,
          evaluateEvery,
          patience,
          Augmentation.NONE);
    }
  }

  /**
   * @param weightDecay 0 for none; biases do not decay
   * @param clipNorm largest Euclidean norm of the whole mean gradient; 0 for no limit
   * @param clipValue largest magnitude of one value of the mean gradient; 0 for no limit
   */
  public record Update(
      Optimizer optimizer,
      LearningRate learningRate,
      float weightDecay,
      float clipNorm,
      float clipValue) {}

  /**
   * @param directory Hadoop path, or empty for none
   * @param everySteps 0 for not by steps
   * @param everyMinutes 0 for not by time
   * @param everyEpoch at the end of each epoch
   * @param keep newest to keep
   */
  public record Checkpoints(
      String directory, long everySteps, double everyMinutes, boolean everyEpoch, int keep) {}
}
