package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import dev.convoy.engine.text.ItemSyntax;
import java.util.Optional;

/**
 * Inverted dropout (Srivastava et al., JMLR 15, 2014): in training a value is zeroed with
 * probability {@code rate}, the others are divided by {@code 1 - rate}; otherwise nothing happens.
 * Which values fall follows from (seed, layer, step, example) alone.
 */
public final class Dropout implements Layer {

  /** The layer on paper. */
  public record Spec(float rate) implements LayerSpec {
    /** Checks and copies what is given. */
    public Spec {
      if (!(rate >= 0f && rate < 1f)) {
        throw new InvalidInputException("dropout: got rate " + rate + ", expected 0 <= rate < 1");
      }
    }

    static Spec read(ItemSyntax text) {
      return new Spec(text.real("rate", null, "0.5"));
    }

    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public String text() {
      return "dropout rate=" + rate;
    }

    @Override
    public String label() {
      return "dropout " + rate;
    }

    @Override
    public Optional<Layer> bind(Place place) {
      return Optional.of(new Dropout(this, place));
    }
  }

  private final Shape shape;
  private final float rate;
  private final int index;

  /** The layer at its place; its number in the model is part of the random key. */
  public Dropout(Spec spec, LayerSpec.Place place) {
    this.shape = place.input();
    this.rate = spec.rate();
    this.index = place.index();
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
    return rate > 0f && training
        ? Scratch.of(new boolean[maxBlocks * shape.size() * LANES])
        : Scratch.NONE;
  }

  private boolean falls(long key, int i) {
    return CounterRandom.uniform(key, i) < rate;
  }

  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Kernels kernels = pass.kernels();
    int n = shape.size() * LANES;
    if (!pass.training() || rate == 0f) {
      System.arraycopy(in.data(), in.offset(), out.data(), out.offset(), blocks * n);
      return;
    }
    float scale = 1f / (1f - rate);
    boolean[] fallen = scratch.mask;
    int mask = pass.block() * n;
    for (int lane = 0; lane < blocks * LANES; lane++) {
      long key = CounterRandom.key(pass.seed(), index, pass.step(), pass.id(lane));
      int first = lane / LANES * n + lane % LANES;
      for (int i = 0; i < shape.size(); i++) {
        int at = first + i * LANES;
        boolean falls = falls(key, i);
        fallen[mask + at] = falls;
        out.data()[out.offset() + at] = falls ? 0f : in.data()[in.offset() + at] * scale;
      }
    }
  }

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
    float scale = rate == 0f ? 1f : 1f / (1f - rate);
    int mask = pass.block() * shape.size() * LANES;
    for (int i = 0; i < n; i++) {
      boolean fell = rate != 0f && scratch.mask[mask + i];
      dIn.data()[dIn.offset() + i] = fell ? 0f : dOut.data()[dOut.offset() + i] * scale;
    }
    if (gated) {
      kernels.gate(n, in.data(), in.offset(), dIn.data(), dIn.offset());
    }
  }
}
