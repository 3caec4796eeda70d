package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;

/**
 * What a join does with one of its inputs: puts it into a range of the output's channels, or adds
 * it to what is there. An addition is the first input put and the others added, in their order; a
 * concatenation is every input put behind the one before.
 */
public final class Join implements Layer {
  private final Shape input;
  private final Shape output;
  private final int firstChannel;
  private final boolean adds;

  /**
   * @param input shape of this input; height and width are the output's
   * @param output shape of the whole join
   * @param firstChannel where this input's channels begin in the output
   * @param adds true to add to what earlier inputs put there
   */
  public Join(Shape input, Shape output, int firstChannel, boolean adds) {
    this.input = input;
    this.output = output;
    this.firstChannel = firstChannel;
    this.adds = adds;
  }

  @Override
  public Shape input() {
    return input;
  }

  @Override
  public Shape output() {
    return output;
  }

  @Override
  public Scratch newScratch(Arena arena, int maxBlocks, boolean training, boolean inputGradient) {
    return Scratch.NONE;
  }

  /** Overwrites its channels of {@code out}, or adds to them. */
  @Override
  public void forward(Pass pass, Scratch scratch, int blocks, Tensor in, Tensor out) {
    Kernels kernels = pass.kernels();
    int line = input.channels() * LANES;
    for (int p = 0; p < blocks * output.pixels(); p++) {
      int from = in.offset() + p * line;
      int to = out.offset() + (p * output.channels() + firstChannel) * LANES;
      if (adds) {
        kernels.add(line, in.data(), from, out.data(), to);
      } else {
        System.arraycopy(in.data(), from, out.data(), to, line);
      }
    }
  }

  /** {@code dIn} is the part of {@code dOut} that this input went into. */
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
    int line = input.channels() * LANES;
    int pixels = blocks * output.pixels();
    for (int p = 0; p < pixels; p++) {
      int from = dOut.offset() + (p * output.channels() + firstChannel) * LANES;
      System.arraycopy(dOut.data(), from, dIn.data(), dIn.offset() + p * line, line);
    }
    if (gated) {
      kernels.gate(pixels * line, in.data(), in.offset(), dIn.data(), dIn.offset());
    }
  }
}
