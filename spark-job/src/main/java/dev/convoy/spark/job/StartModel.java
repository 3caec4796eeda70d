package dev.convoy.spark.job;

import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Transfer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a job takes of the trained model that it starts from; read once, when first asked for. */
public final class StartModel {
  private final Job job;
  private final Supplier<TrainedModel> reader;
  private Taken taken;

  private record Taken(float[] weights, Transfer.Taken layers, List<String> classNames) {}

  private StartModel(Job job, Supplier<TrainedModel> reader) {
    this.job = job;
    this.reader = reader;
  }

  /**
   * The model that {@code job} starts from, if it names one.
   *
   * @param reader of the model; may throw an {@link IllegalArgumentException}, which every method
   *     but {@link #classNamesIfReadable} then does too
   */
  public static Optional<StartModel> of(Job job, Supplier<TrainedModel> reader) {
    return job.startFrom().isEmpty() ? Optional.empty() : Optional.of(new StartModel(job, reader));
  }

  /** Weights to begin with. */
  public float[] weights() {
    return taken().weights();
  }

  /** The layers that they come from. */
  public Transfer.Taken layers() {
    return taken().layers();
  }

  /**
   * Names of the classes, in the order of their numbers, if the layer that tells them apart was
   * taken: its outputs mean the same classes as before. Else empty, as for a new head.
   */
  public List<String> classNames() {
    return taken().classNames();
  }

  /** The same; nothing if the model cannot be read, which a run that is resumed may not need. */
  public Optional<List<String>> classNamesIfReadable() {
    try {
      return Optional.of(classNames());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private synchronized Taken taken() {
    if (taken == null) {
      TrainedModel source = reader.get();
      Network network = new Network(job.config().model());
      float[] weights = network.initialWeights(job.config().loop().seed());
      Transfer.Taken layers = Transfer.into(network, weights, source);
      boolean kept = layers.head() && source.classNames().size() <= network.outputs();
      taken = new Taken(weights, layers, kept ? source.classNames() : List.of());
    }
    return taken;
  }
}
