package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Moments;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Batch normalisation (S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015), in training by the
 * mean and variance of each channel over the micro-batch, which is "ghost" batch normalisation (E.
 * Hoffer, I. Hubara, D. Soudry, "Train longer, generalize better", NIPS 2017); otherwise, and if
 * frozen, by running ones:
 *
 * <pre>
 * out = (in - mean) / sqrt(variance + epsilon) * scale + shift
 * running = (1 - momentum) * running + momentum * mean over the examples of a step
 * </pre>
 *
 * <p>Parameters: scales, from 1, shifts, from 0, then as statistics the running means, from 0, and
 * variances, from 1, each {@code [channels]}. In the place of a statistic's gradient stands what
 * the micro-batch has, times its examples. The sums of gradients are exact, so their mean, by which
 * the statistics move, is that over all micro-batches of a step, each by its size, the same bits
 * wherever they ran. As in PyTorch, values are divided by the deviation of the micro-batch itself
 * (its squares divided by their count n), and what goes into the running variance is an estimate of
 * the data's (divided by n - 1).
 *
 * <p>A micro-batch of one value a channel, which is one example of one pixel, has no variance. It
 * is normalised by the running values, its value counts for the mean, and for the variance the
 * running one, which so stays as it is.
 */
public final class BatchNorm implements Layer {
  private static final float MOMENTUM = 0.1f;

  /**
   * The layer on paper.
   *
   * @param momentum share of the newest step in the running mean and variance
   * @param epsilon added to each variance
   * @param frozen true if training leaves the parameters alone, the running ones too, by which it
   *     then normalises
   */
  public record Spec(float momentum, float epsilon, boolean frozen) implements LayerSpec {
    static final String[] SETTINGS = {"momentum", "epsilon", "frozen"};

    /** Checks and copies what is given. */
    public Spec {
      if (!(momentum > 0f && momentum <= 1f)) {
        throw new InvalidInputException(
            "batchNorm: got momentum "
                + momentum
                + ", expected more than 0 and at most 1, for example 0.1; frozen leaves the running"
                + " mean and variance alone");
      }
      Norm.positive("batchNorm", epsilon);
    }

    static Spec read(ItemSyntax text) {
      return new Spec(
          text.real("momentum", MOMENTUM, "0.1"),
          text.real("epsilon", Norm.EPSILON, "1e-5"),
          text.flag("frozen", false));
    }

    @Override
    public String text() {
      return "batchNorm momentum=" + momentum + Norm.text(epsilon, frozen);
    }

    @Override
    public String label() {
      return "batchNorm";
    }

    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
      List<Integer> channels = List.of(input.channels());
      List<ParameterSpec> affine = ParameterSpec.scaleAndShift("batchNorm", channels);
      return List.of(
          affine.get(0),
          affine.get(1),
          ParameterSpec.statistic("batchNorm.mean", channels, Init.ZERO, momentum),
          ParameterSpec.statistic("batchNorm.variance", channels, Init.ONE, momentum));
    }

    @Override
    public LayerSpec arithmetic() {
      return new Spec(MOMENTUM, epsilon, false);
    }

    @Override
    public boolean takesRelu() {
      return true;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new BatchNorm(this, place));
    }
  }

  private final Shape shape;
  private final Moments.Groups groups;
  private final BatchMoments own;
  private final int channels;
  private final int offset;
  private final boolean frozen;
  private final boolean relu;

  /**
   * What one thread needs. Moments are as {@link Moments} has them, a group a channel, the same in
   * all lanes.
   *
   * @param parameters scales, shifts, running means, running variances
   * @param running moments of a step
   * @param measured moments of a micro-batch; null if nobody measures
   * @param gradient of all parameters; null if nobody needs it
   * @param arena whose shared piece holds what one call needs
   */
  record Memory(
      float[] parameters, Tensor running, Tensor measured, float[] gradient, Arena arena) {}

  /** The layer at its place. */
  public BatchNorm(Spec spec, LayerSpec.Place place) {
    this.shape = place.input();
    this.channels = shape.channels();
    this.own = new BatchMoments(shape, spec.epsilon());
    this.groups = own.groups();
    this.offset = place.offset();
    this.frozen = spec.frozen();
    this.relu = place.relu();
  }

  @Override
  public Shape input() {
    return shape;
  }

  @Override
  public Shape output() {
    return shape;
  }

  @Override
  public boolean endsInRelu() {
    return relu;
  }

  /** What it normalises by is known only then. */
  @Override
  public boolean seesWholeMicroBatch() {
    return !frozen;
  }

  @Override
  public Scratch newScratch(Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    int moments = Math.multiplyExact(2 * LANES, channels);
    boolean measures = training && !frozen;
    if (training) {
      arena.reserveShared(Math.multiplyExact(2, moments));
    }
    return Scratch.of(
        new Memory(
            new float[4 * channels],
            arena.take(moments),
            measures ? arena.take(moments) : null,
            measures ? new float[4 * channels] : null,
            arena));
  }

  @Override
  public void load(Kernels kernels, float[] weights, Scratch scratch) {
    Memory memory = scratch.batchNorm;
    System.arraycopy(weights, offset, memory.parameters, 0, 4 * channels);
    for (int c = 0; c < channels; c++) {
      own.set(memory.running, c, memory.parameters[2 * channels + c], runningVariance(memory, c));
    }
  }

  private float runningVariance(Memory memory, int c) {
    return memory.parameters[3 * channels + c];
  }

  /** What the micro-batch at hand is normalised by. */
  private Tensor moments(Pass pass, Memory memory) {
    boolean measured = pass.training() && !frozen && own.count(pass) > 1;
    return measured ? memory.measured : memory.running;
  }

  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Memory memory = scratch.batchNorm;
    Moments kernel = pass.kernels().moments();
    Tensor moments = moments(pass, memory);
    if (moments == memory.measured) {
      own.measure(pass, blocks, in, memory.arena.shared(), moments, memory.gradient);
    } else if (pass.training() && !frozen) {
      for (int c = 0; c < channels; c++) {
        own.note(
            pass,
            memory.gradient,
            c,
            in.data()[in.offset() + c * LANES],
            runningVariance(memory, c));
      }
    }
    float low = relu ? 0f : Float.NEGATIVE_INFINITY;
    for (int b = 0; b < blocks; b++) {
      int block = b * shape.size() * LANES;
      kernel.normalize(
          groups,
          in.data(),
          in.offset() + block,
          moments.data(),
          moments.offset(),
          memory.parameters,
          0,
          low,
          out.data(),
          out.offset() + block);
    }
  }

  /**
   * With {@code d = dOut * scale}, normalised values n and means over the micro-batch: {@code dIn =
   * (d - mean(d) - n * mean(d n)) / sqrt(variance + epsilon)}; by running values {@code d /
   * sqrt(variance + epsilon)}.
   */
  @Override
  public void backward(
      Pass pass,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn) {
    Memory memory = scratch.batchNorm;
    Tensor moments = moments(pass, memory);
    if (!frozen) {
      own.affineGradient(pass, blocks, in, moments, dOut, memory.arena.shared(), memory.gradient);
    }
    if (dIn != null) {
      takeMeans(pass, memory, moments);
      takeInputGradient(pass, memory, moments, blocks, in, dOut, dIn);
      if (gated) {
        int n = blocks * shape.size() * LANES;
        pass.kernels().gate(n, in.data(), in.offset(), dIn.data(), dIn.offset());
      }
    }
  }

  /** Overwrites the shared piece with {@code -mean(d)}, then {@code -mean(d n)}, or with zeros. */
  private void takeMeans(Pass pass, Memory memory, Tensor moments) {
    Tensor room = memory.arena.shared();
    boolean measured = moments == memory.measured;
    for (int c = 0; c < channels; c++) {
      double factor = -memory.parameters[c] / (double) own.count(pass);
      int at = room.offset() + c * LANES;
      float mean = measured ? (float) (factor * memory.gradient[channels + c]) : 0f;
      float slope = measured ? (float) (factor * memory.gradient[c]) : 0f;
      Arrays.fill(room.data(), at, at + LANES, mean);
      Arrays.fill(room.data(), at + own.lines(), at + own.lines() + LANES, slope);
    }
  }

  private void takeInputGradient(
      Pass pass, Memory memory, Tensor moments, int blocks, Tensor in, Tensor dOut, Tensor dIn) {
    Moments kernel = pass.kernels().moments();
    Tensor means = memory.arena.shared();
    for (int b = 0; b < blocks; b++) {
      int block = b * shape.size() * LANES;
      kernel.inputGradient(
          groups,
          in.data(),
          in.offset() + block,
          moments.data(),
          moments.offset(),
          dOut.data(),
          dOut.offset() + block,
          memory.parameters,
          0,
          means.data(),
          means.offset(),
          dIn.data(),
          dIn.offset() + block);
      if (!frozen) {
        BatchMoments.clearEmptyLanes(pass, b, shape.size(), dIn.data(), dIn.offset() + block);
      }
    }
  }

  @Override
  public void storeGradient(Scratch scratch, float[] gradient) {
    float[] found = scratch.batchNorm.gradient;
    if (found == null) {
      Arrays.fill(gradient, offset, offset + 4 * channels, 0f);
    } else {
      System.arraycopy(found, 0, gradient, offset, found.length);
    }
  }
}
