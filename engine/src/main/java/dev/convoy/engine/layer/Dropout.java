package dev.convoy.engine.layer;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Lanes;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;

/**
 * Inverted dropout (Srivastava et al., JMLR 15, 2014): in training a value is zeroed with
 * probability {@code rate}, the others are divided by {@code 1 - rate}; otherwise nothing happens.
 * Which values fall follows from (seed, layer, step, example) alone.
 */
public final class Dropout implements Layer {
  private final Shape shape;
  private final float rate;
  private final int index;

  /**
   * @param index the layer's number in the model, part of the random key
   */
  public Dropout(LayerSpec.Dropout spec, Shape input, int index) {
    this.shape = input;
    this.rate = spec.rate();
    this.index = index;
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
    return Scratch.NONE;
  }

  private boolean falls(long key, int i) {
    return CounterRandom.uniform(key, i) < rate;
  }

  @Override
  public void forward(
      Kernels kernels, Scratch scratch, Pass pass, int blocks, Tensor in, Tensor out) {
    int n = shape.size() * Lanes.COUNT;
    if (!pass.training() || rate == 0f) {
      System.arraycopy(in.data(), in.offset(), out.data(), out.offset(), blocks * n);
      return;
    }
    float scale = 1f / (1f - rate);
    for (int lane = 0; lane < blocks * Lanes.COUNT; lane++) {
      long key = CounterRandom.key(pass.seed(), index, pass.step(), pass.id(lane));
      int first = lane / Lanes.COUNT * n + lane % Lanes.COUNT;
      for (int i = 0; i < shape.size(); i++) {
        int at = first + i * Lanes.COUNT;
        // A fallen value is marked by negative zero, a sign that backward reads.
        out.data()[out.offset() + at] =
            falls(key, i) ? -0f : in.data()[in.offset() + at] * scale + 0f;
      }
    }
  }

  @Override
  public void backward(
      Kernels kernels,
      Scratch scratch,
      int blocks,
      Tensor in,
      Tensor out,
      Tensor dOut,
      boolean gated,
      Tensor dIn) {
    if (dIn == null) {
      return;
    }
    int n = blocks * shape.size() * Lanes.COUNT;
    float scale = rate == 0f ? 1f : 1f / (1f - rate);
    for (int i = 0; i < n; i++) {
      boolean fell = rate != 0f && Float.floatToRawIntBits(out.data()[out.offset() + i]) == 1 << 31;
      dIn.data()[dIn.offset() + i] = fell ? 0f : dOut.data()[dOut.offset() + i] * scale;
    }
    if (gated) {
      kernels.gate(n, in.data(), in.offset(), dIn.data(), dIn.offset());
    }
  }
}
