package dev.convoy.spark.train.task;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.data.Augmenter;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.sum.GradientSum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything a task needs to run the engine, kept in the executor's JVM from step to step: one set
 * for each task that runs at the same time. A task takes a set, and gives it back when it is done;
 * a task that fails just drops it. Sets of the last {@value #MODELS_KEPT} models are kept.
 */
public final class TaskBuffers {
  private static final int MODELS_KEPT = 2;
  private static final Map<Key, Deque<TaskBuffers>> FREE = new LinkedHashMap<>(8, 0.75f, true);
  private static final Map<String, Network> NETWORKS = new LinkedHashMap<>(8, 0.75f, true);

  private record Key(String model, int micro, boolean training) {}

  private final Key key;

  /** The network that the buffers are for. */
  public final Network network;

  /** Working memory of the network. */
  public final Workspace workspace;

  /** Room for a micro-batch. */
  public final Batch batch;

  /** Normalised value of each pixel byte. */
  public final float[] table;

  final float[] weights;

  /** Gradient of a micro-batch; empty without training. */
  public final float[] gradient;

  /** Sum over the micro-batches of a task; empty without training. */
  public final GradientSum sum;

  /** Made when it is asked for. */
  private Augmenter augmenter;

  private TaskBuffers(Key key, Network network) {
    this.key = key;
    this.network = network;
    this.workspace = network.newWorkspace(key.micro(), key.training());
    this.batch = network.newBatch(key.micro());
    this.table = network.spec().normalization().table();
    this.weights = new float[network.parameterCount()];
    this.gradient = new float[key.training() ? weights.length : 0];
    this.sum = new GradientSum(gradient.length);
  }

  /**
   * A set that nobody else uses now.
   *
   * @param model text form of the model
   */
  public static TaskBuffers take(String model, int micro, boolean training) {
    Key key = new Key(model, micro, training);
    Network network;
    synchronized (FREE) {
      Deque<TaskBuffers> free = FREE.get(key);
      if (free != null && !free.isEmpty()) {
        return free.pop();
      }
      network = NETWORKS.computeIfAbsent(model, text -> new Network(ModelSpec.parse(text)));
      trim(NETWORKS);
    }
    return new TaskBuffers(key, network);
  }

  /** Gives the set back. */
  void release() {
    synchronized (FREE) {
      FREE.computeIfAbsent(key, k -> new ArrayDeque<>()).push(this);
      Iterator<Key> oldest = FREE.keySet().iterator();
      while (FREE.size() > 2 * MODELS_KEPT && oldest.hasNext()) {
        oldest.next();
        oldest.remove();
      }
    }
  }

  private static void trim(Map<String, Network> networks) {
    Iterator<String> oldest = networks.keySet().iterator();
    while (networks.size() > MODELS_KEPT && oldest.hasNext()) {
      oldest.next();
      oldest.remove();
    }
  }

  /** What augments images in this thread. */
  Augmenter augmenter(Augmentation how) {
    if (augmenter == null || !augmenter.how().equals(how)) {
      augmenter = new Augmenter(how, network.spec().input());
    }
    return augmenter;
  }

  /** Loads weights that were sent into the workspace. */
  public void load(byte[] bytes) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(weights);
    network.load(weights, workspace);
  }

  /** Weights in the form that is sent: little-endian floats. */
  public static byte[] encode(float[] weights) {
    byte[] bytes = new byte[Math.multiplyExact(weights.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(weights);
    return bytes;
  }
}
