package dev.convoy.engine.layer;

import static dev.convoy.engine.kernel.Functions.WORK;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Optional;

/**
 * A {@link Curve} applied to each value: a pointwise function without kernels of its own. Its
 * exponentials come from the kernels, 256 at a time.
 */
public final class Pointwise implements Layer {

  /** The layer on paper; a curve that has no setting has 0. */
  public record Spec(Curve curve, float setting) implements LayerSpec {
    /** Checks what is given. */
    public Spec {
      setting = curve.setting().isEmpty() ? 0f : setting;
      if (!Float.isFinite(setting)) {
        throw new InvalidInputException(
            curve.text() + ": got " + curve.setting() + " " + setting + ", expected a number");
      }
    }

    /** The kind of layer that a curve makes. */
    static LayerType type(Curve curve) {
      return curve.setting().isEmpty()
          ? LayerType.of(curve.text(), text -> new Spec(curve, 0f))
          : LayerType.of(curve.text(), text -> read(curve, text), curve.setting());
    }

    private static Spec read(Curve curve, ItemSyntax text) {
      float standard = curve.standard();
      return new Spec(curve, text.real(curve.setting(), standard, Float.toString(standard)));
    }

    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public String text() {
      return curve.text()
          + (curve.setting().isEmpty() ? "" : " " + curve.setting() + "=" + setting);
    }

    @Override
    public String label() {
      return curve.text() + (curve.setting().isEmpty() ? "" : " " + setting);
    }

    @Override
    public boolean isPointwise() {
      return true;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new Pointwise(this, place.input()));
    }
  }

  private final Shape shape;
  private final Curve curve;
  private final double setting;

  /** The curve on examples of shape {@code input}. */
  public Pointwise(Spec spec, Shape input) {
    this.shape = input;
    this.curve = spec.curve();
    this.setting = spec.setting();
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
  public Scratch newScratch(Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    return Scratch.of(new double[2 * WORK]);
  }

  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    int n = blocks * shape.size() * LANES;
    double[] work = scratch.doubles;
    for (int from = 0; from < n; from += WORK) {
      int part = Math.min(WORK, n - from);
      load(pass.kernels(), part, in.data(), in.offset() + from, work);
      for (int i = 0; i < part; i++) {
        work[i] = curve.value(work[i], work[WORK + i], setting);
      }
      int o = out.offset() + from;
      for (int i = 0; i < part; i++) {
        out.data()[o + i] = (float) work[i];
      }
    }
  }

  /** {@code dIn = dOut * f'(in)}. */
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
    Kernels kernels = pass.kernels();
    if (dIn == null) {
      return;
    }
    int n = blocks * shape.size() * LANES;
    double[] work = scratch.doubles;
    for (int from = 0; from < n; from += WORK) {
      int part = Math.min(WORK, n - from);
      load(kernels, part, in.data(), in.offset() + from, work);
      for (int i = 0; i < part; i++) {
        work[i] = curve.slope(work[i], work[WORK + i], setting);
      }
      int p = dOut.offset() + from;
      int j = dIn.offset() + from;
      for (int i = 0; i < part; i++) {
        dIn.data()[j + i] = (float) (dOut.data()[p + i] * work[i]);
      }
    }
    if (gated) {
      kernels.gate(n, in.data(), in.offset(), dIn.data(), dIn.offset());
    }
  }

  /** Up to 256 values as doubles, and behind them the exponentials that go with them. */
  private void load(Kernels kernels, int n, float[] in, int at, double[] work) {
    for (int i = 0; i < n; i++) {
      work[i] = in[at + i];
    }
    if (curve.exponential()) {
      for (int i = 0; i < n; i++) {
        work[WORK + i] = curve.exponent(work[i]);
      }
      kernels.functions().exp(n, work, WORK);
    }
  }
}
