package dev.convoy.spark.cli;

import dev.convoy.engine.model.ModelFile;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.report.Figures;
import dev.convoy.spark.run.RunFolder;
import dev.convoy.spark.train.TrainConfig;
import dev.convoy.spark.train.TrainResult;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.StopReason;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.SparkContext;

/** The model with the weights of the best validation, kept beside the one with the last weights. */
final class BestModel {
  private BestModel() {}

  /**
   * Writes it, if the last weights are others and did worse.
   *
   * @param last the model that the run ends with
   * @return what to tell of it
   */
  static Optional<String> keep(
      TrainConfig config,
      TrainedModel last,
      TrainResult result,
      RunFolder folder,
      SparkContext spark)
      throws IOException {
    TrainConfig.Checkpoints saved = config.checkpoints();
    CheckpointStore store =
        new CheckpointStore(saved.directory(), saved.keep(), spark.hadoopConfiguration());
    Optional<Checkpoint> found = store.best(result.steps());
    double loss = result.validation().map(Evaluation::loss).orElse(Double.NaN);
    if (found.isEmpty()
        || result.reason() == StopReason.PATIENCE
        || !(found.get().progress().bestLoss() < loss)) {
      return Optional.empty();
    }
    Checkpoint best = found.get();
    TrainedModel model =
        new TrainedModel(
            last.spec(), last.classes(), last.classNames(), last.range(), best.weights());
    folder.write(RunFolder.BEST, stream -> ModelFile.write(model, stream));
    return Optional.of(
        "the weights of step "
            + best.step()
            + " had a better validation than the last, loss "
            + Figures.loss(best.progress().bestLoss())
            + " against "
            + Figures.loss(loss)
            + ": they are in "
            + folder.path(RunFolder.BEST));
  }
}
