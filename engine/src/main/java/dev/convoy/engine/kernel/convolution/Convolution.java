package dev.convoy.engine.kernel.convolution;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.kernel.Kernels.End;
import dev.convoy.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A 2-D convolution layer's arithmetic on blocks of 16 examples: forward, gradient with respect to
 * the data, gradient with respect to weights and bias. A dense layer is the case of one pixel and
 * one tap.
 *
 * <p>Weights are {@code [kernelHeight][kernelWidth][inChannels][outChannels]}, then the bias {@code
 * [outChannels]}. Immutable; what changes is in {@link Scratch}, one a thread.
 */
public final class Convolution {

  /**
   * The shape of a convolution.
   *
   * @param vertical rows; padding at the tail follows from the number of outputs
   * @param horizontal columns
   * @param bias true if a bias is added
   * @param flip true for convolution proper, false for cross-correlation
   */
  public record Geometry(
      Axis vertical, Axis horizontal, int inChannels, int outChannels, boolean bias, boolean flip) {

    /** Rows of the input. */
    public int inHeight() {
      return vertical.in();
    }

    /** Columns of the input. */
    public int inWidth() {
      return horizontal.in();
    }

    /** Rows of the kernel. */
    public int kernelHeight() {
      return vertical.kernel();
    }

    /** Columns of the kernel. */
    public int kernelWidth() {
      return horizontal.kernel();
    }

    /** Rows from one window to the next. */
    public int strideHeight() {
      return vertical.stride();
    }

    /** Columns from one window to the next. */
    public int strideWidth() {
      return horizontal.stride();
    }

    /** Rows of padding above. */
    public int top() {
      return vertical.before();
    }

    /** Columns of padding before. */
    public int left() {
      return horizontal.before();
    }

    /** Rows of the output. */
    public int outHeight() {
      return vertical.out();
    }

    /** Columns of the output. */
    public int outWidth() {
      return horizontal.out();
    }

    /** Number of weights, without the bias. */
    public int weights() {
      return kernelHeight() * kernelWidth() * inChannels * outChannels;
    }

    /** Floats of a block of inputs. */
    int inBlock() {
      return inHeight() * inWidth() * inChannels * LANES;
    }

    /** Floats of a block of outputs. */
    int outBlock() {
      return outHeight() * outWidth() * outChannels * LANES;
    }

    /** Taps of one output. */
    int taps() {
      return kernelHeight() * kernelWidth() * inChannels;
    }

    /** Index of the first of the {@code outChannels} weights of a tap. */
    int weightRow(int ky, int kx, int channel) {
      int y = flip ? kernelHeight() - 1 - ky : ky;
      int x = flip ? kernelWidth() - 1 - kx : kx;
      return ((y * kernelWidth() + x) * inChannels + channel) * outChannels;
    }
  }

  /** Working memory of one thread. */
  public static final class Scratch {
    /** Null where {@link #winogradForward} serves. */
    private TileCorrelator forward;

    private WinogradCorrelator winogradForward;

    /** None where {@link #winogradData} serves, or for want of a need. */
    private TileCorrelator[] phases = {};

    private WinogradCorrelator winogradData;
    private WeightGradient weights;

    private Scratch() {}
  }

  private final Geometry g;
  private final WeightPacking packing;
  private final CorrelationShape forward;

  /**
   * With strides above 1, input pixels fall into classes that meet different taps; each class is a
   * correlation of its own.
   */
  private final List<CorrelationShape> phases;

  /** A convolution of this geometry. */
  public Convolution(Geometry geometry) {
    g = geometry;
    packing = new WeightPacking(g);
    forward =
        new CorrelationShape(
            g.vertical(),
            g.horizontal(),
            g.inChannels(),
            g.outChannels(),
            CorrelationShape.Grid.whole(g.outWidth()));
    phases = new ArrayList<>();
    for (int y = 0; y < g.strideHeight(); y++) {
      for (int x = 0; x < g.strideWidth(); x++) {
        phases.add(phase(y, x));
      }
    }
  }

  /** What the convolution is of. */
  public Geometry geometry() {
    return g;
  }

  /** First input row (column) of a phase; then every {@code stride}-th. */
  private static int first(int phase, int stride, int pad) {
    return Math.floorMod(phase - pad, stride);
  }

  private static int taps(int phase, int stride, int kernel) {
    return kernel > phase ? (kernel - phase + stride - 1) / stride : 0;
  }

  private static int count(int length, int first, int stride) {
    return length > first ? (length - first + stride - 1) / stride : 0;
  }

  /**
   * Input pixel i with (i + pad) mod stride = phase meets taps k = phase + stride t at outputs (i +
   * pad - k) / stride.
   */
  private CorrelationShape phase(int py, int px) {
    int y0 = first(py, g.strideHeight(), g.top());
    int x0 = first(px, g.strideWidth(), g.left());
    int rows = taps(py, g.strideHeight(), g.kernelHeight());
    int columns = taps(px, g.strideWidth(), g.kernelWidth());
    int firstOutY = (y0 + g.top() - py) / g.strideHeight();
    int firstOutX = (x0 + g.left() - px) / g.strideWidth();
    return new CorrelationShape(
        new Axis(
            g.outHeight(),
            rows,
            1,
            rows - 1 - firstOutY,
            count(g.inHeight(), y0, g.strideHeight())),
        new Axis(
            g.outWidth(),
            columns,
            1,
            columns - 1 - firstOutX,
            count(g.inWidth(), x0, g.strideWidth())),
        g.outChannels(),
        g.inChannels(),
        new CorrelationShape.Grid(
            y0 * g.inWidth() + x0, g.strideHeight() * g.inWidth(), g.strideWidth()));
  }

  /**
   * Working memory.
   *
   * @param arena where it comes from
   * @param maxBlocks most blocks that {@link #backwardWeights} will get from clear to store
   * @param data true if {@link #backwardData} will be called
   * @param weights true if {@link #backwardWeights} will be called
   */
  public Scratch newScratch(Arena arena, int maxBlocks, boolean data, boolean weights) {
    Scratch scratch = new Scratch();
    if (WinogradCorrelator.serves(forward)) {
      scratch.winogradForward = new WinogradCorrelator(forward, arena);
    } else {
      scratch.forward = new TileCorrelator(forward, arena);
    }
    if (data && phases.size() == 1 && WinogradCorrelator.serves(phases.get(0))) {
      scratch.winogradData = new WinogradCorrelator(phases.get(0), arena);
    } else if (data) {
      scratch.phases =
          phases.stream()
              .map(phase -> new TileCorrelator(phase, arena))
              .toArray(TileCorrelator[]::new);
    }
    scratch.weights = weights ? WeightGradient.of(g, maxBlocks, arena) : null;
    return scratch;
  }

  /**
   * Packs weights (and bias) that start at {@code offset}; before any forward or backward of a
   * step.
   */
  public void load(Kernels kernels, float[] weights, int offset, Scratch s) {
    if (s.winogradForward != null) {
      s.winogradForward.loadForward(kernels, weights, offset, g);
    } else {
      packing.forward(kernels, weights, offset, forward, s.forward.packed);
    }
    if (s.winogradData != null) {
      s.winogradData.loadBackward(kernels, weights, offset, g);
    }
    for (int i = 0; i < s.phases.length; i++) {
      int row = i / g.strideWidth();
      int column = i % g.strideWidth();
      packing.phase(weights, offset, row, column, phases.get(i), s.phases[i].packed);
    }
  }

  /** Forward for {@code blocks} blocks: overwrites {@code out}, through ReLU if {@code relu}. */
  public void forward(Kernels kernels, Scratch s, int blocks, Tensor in, boolean relu, Tensor out) {
    End end = relu ? End.RELU : End.PLAIN;
    if (s.winogradForward != null) {
      s.winogradForward.run(kernels, blocks, in, end, null, out);
    } else {
      s.forward.run(kernels, blocks, in, end, null, out, g.outBlock());
    }
  }

  /**
   * Gradient with respect to the input: overwrites {@code dIn}.
   *
   * @param gate the layer's input if a ReLU made it (the gradient is stopped where it is 0), else
   *     null
   */
  public void backwardData(
      Kernels kernels, Scratch s, int blocks, Tensor dOut, Tensor gate, Tensor dIn) {
    End end = gate == null ? End.PLAIN : End.GATE;
    if (s.winogradData != null) {
      s.winogradData.run(kernels, blocks, dOut, end, gate, dIn);
    }
    for (TileCorrelator phase : s.phases) {
      phase.run(kernels, blocks, dOut, end, gate, dIn, g.inBlock());
    }
  }

  /** Starts the sums of {@link #backwardWeights} at zero. */
  public void clearWeightGradient(Scratch s) {
    s.weights.clear();
  }

  /**
   * Adds the gradient of {@code blocks} blocks to the sums in scratch; at most {@code maxBlocks} of
   * them from clear to store.
   */
  public void backwardWeights(Kernels kernels, Scratch s, int blocks, Tensor in, Tensor dOut) {
    s.weights.add(kernels, blocks, in.data(), in.offset(), dOut.data(), dOut.offset());
  }

  /**
   * Overwrites weights and bias of {@code gradient} from {@code offset} with the sums in scratch.
   */
  public void storeWeightGradient(Scratch s, float[] gradient, int offset) {
    s.weights.store(gradient, offset);
  }
}
