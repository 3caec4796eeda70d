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
 *
 * <p>Order of the sums: lane by lane over the pixels of a block, ascending, in float; then blocks
 * ascending, in float; then lanes ascending, in double. Lanes without an example count nowhere. The
 * first mean serves to take deviations from, as in {@link Norm}.
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
  private final int channels;
  private final float epsilon;
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
    this.groups = new Moments.Groups(shape.pixels(), channels, 1, false);
    this.epsilon = spec.epsilon();
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

  /** Floats of a line for each channel. */
  private int lines() {
    return channels * LANES;
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
      setMoments(
          memory.running, c, memory.parameters[2 * channels + c], runningVariance(memory, c));
    }
  }

  private float runningVariance(Memory memory, int c) {
    return memory.parameters[3 * channels + c];
  }

  private void setMoments(Tensor moments, int c, float mean, float variance) {
    int at = moments.offset() + c * LANES;
    Arrays.fill(moments.data(), at, at + LANES, mean);
    float reciprocal = Norm.reciprocal(variance, epsilon);
    Arrays.fill(moments.data(), at + lines(), at + lines() + LANES, reciprocal);
  }

  /** Values of a channel in the micro-batch. */
  private long count(Pass pass) {
    return (long) pass.examples() * shape.pixels();
  }

  /** What the micro-batch at hand is normalised by. */
  private Tensor moments(Pass pass, Memory memory) {
    boolean measured = pass.training() && !frozen && count(pass) > 1;
    return measured ? memory.measured : memory.running;
  }

  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Memory memory = scratch.batchNorm;
    Moments kernel = pass.kernels().moments();
    Tensor moments = moments(pass, memory);
    if (moments == memory.measured) {
      measure(pass, memory, blocks, in);
    } else if (pass.training() && !frozen) {
      for (int c = 0; c < channels; c++) {
        note(pass, memory, c, in.data()[in.offset() + c * LANES], runningVariance(memory, c));
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

  /** Keeps what the micro-batch has, times its examples, as gradients of the statistics. */
  private void note(Pass pass, Memory memory, int c, double mean, double variance) {
    memory.gradient[2 * channels + c] = (float) (mean * pass.examples());
    memory.gradient[3 * channels + c] = (float) (variance * pass.examples());
  }

  /** Overwrites the moments of the micro-batch and notes its statistics. */
  private void measure(Pass pass, Memory memory, int blocks, Tensor in) {
    Kernels kernels = pass.kernels();
    Tensor moments = memory.measured;
    Tensor room = memory.arena.shared();
    float[] work = room.data();
    int total = room.offset();
    int own = total + 2 * lines();
    double count = count(pass);
    Arrays.fill(work, total, total + lines(), 0f);
    for (int b = 0; b < blocks; b++) {
      int from = in.offset() + b * shape.size() * LANES;
      Arrays.fill(work, own, own + lines(), 0f);
      kernels.addRows(lines(), shape.pixels(), in.data(), from, lines(), work, own);
      addExamples(pass, b, channels, work, own, total);
    }
    for (int c = 0; c < channels; c++) {
      int at = moments.offset() + c * LANES;
      float mean = (float) (sumOfLanes(work, total + c * LANES) / count);
      Arrays.fill(moments.data(), at, at + LANES, mean);
    }
    Arrays.fill(work, total, total + 2 * lines(), 0f);
    for (int b = 0; b < blocks; b++) {
      int from = in.offset() + b * shape.size() * LANES;
      Arrays.fill(work, own, own + 2 * lines(), 0f);
      kernels
          .moments()
          .deviations(groups, in.data(), from, moments.data(), moments.offset(), work, own);
      addExamples(pass, b, 2 * channels, work, own, total);
    }
    for (int c = 0; c < channels; c++) {
      double correction = sumOfLanes(work, total + c * LANES) / count;
      double squares = sumOfLanes(work, total + lines() + c * LANES) - count * square(correction);
      squares = squares < 0 ? 0 : squares;
      double mean = moments.data()[moments.offset() + c * LANES] + correction;
      setMoments(moments, c, (float) mean, (float) (squares / count));
      note(pass, memory, c, mean, squares / (count - 1));
    }
  }

  private static double square(double value) {
    return value * value;
  }

  /** Adds to {@code total} the lines of block {@code b}, but for lanes without an example. */
  private static void addExamples(Pass pass, int b, int n, float[] work, int own, int total) {
    clearEmptyLanes(pass, b, n, work, own);
    pass.kernels().add(n * LANES, work, own, work, total);
  }

  /** Zeros in the lanes of {@code n} lines of block {@code b} that hold no example. */
  private static void clearEmptyLanes(Pass pass, int b, int n, float[] values, int at) {
    int full = pass.examples() - b * LANES;
    for (int i = 0; i < n && full < LANES; i++) {
      Arrays.fill(values, at + i * LANES + full, at + (i + 1) * LANES, 0f);
    }
  }

  private static double sumOfLanes(float[] values, int at) {
    double sum = 0;
    for (int l = 0; l < LANES; l++) {
      sum += values[at + l];
    }
    return sum;
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
      takeAffineGradient(pass, memory, moments, blocks, in, dOut);
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

  private void takeAffineGradient(
      Pass pass, Memory memory, Tensor moments, int blocks, Tensor in, Tensor dOut) {
    Moments kernel = pass.kernels().moments();
    Tensor room = memory.arena.shared();
    float[] work = room.data();
    int total = room.offset();
    int own = total + 2 * lines();
    Arrays.fill(work, total, own, 0f);
    for (int b = 0; b < blocks; b++) {
      int block = b * shape.size() * LANES;
      Arrays.fill(work, own, own + 2 * lines(), 0f);
      kernel.affineGradient(
          groups,
          in.data(),
          in.offset() + block,
          moments.data(),
          moments.offset(),
          dOut.data(),
          dOut.offset() + block,
          work,
          own);
      addExamples(pass, b, 2 * channels, work, own, total);
    }
    for (int i = 0; i < 2 * channels; i++) {
      memory.gradient[i] = (float) sumOfLanes(work, total + i * LANES);
    }
  }

  /** Overwrites the shared piece with {@code -mean(d)}, then {@code -mean(d n)}, or with zeros. */
  private void takeMeans(Pass pass, Memory memory, Tensor moments) {
    Tensor room = memory.arena.shared();
    double count = count(pass);
    for (int c = 0; c < channels; c++) {
      double factor = moments == memory.measured ? -memory.parameters[c] / count : 0;
      int at = room.offset() + c * LANES;
      float mean = factor == 0 ? 0f : (float) (factor * memory.gradient[channels + c]);
      float slope = factor == 0 ? 0f : (float) (factor * memory.gradient[c]);
      Arrays.fill(room.data(), at, at + LANES, mean);
      Arrays.fill(room.data(), at + lines(), at + lines() + LANES, slope);
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
        clearEmptyLanes(pass, b, shape.size(), dIn.data(), dIn.offset() + block);
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
