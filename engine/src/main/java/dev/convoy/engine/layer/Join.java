package dev.convoy.engine.layer;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.kernel.Arena;
import dev.convoy.engine.kernel.Kernels;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a join does with one of its inputs: puts it into a range of the output's channels, or adds
 * it to what is there. An addition is the first input put and the others added, in their order; a
 * concatenation is every input put behind the one before.
 */
public final class Join implements Layer {

  /** A layer on paper that takes what several others give. */
  public interface Spec extends LayerSpec {

    /**
     * The shape that leaves this layer when {@code inputs} enter.
     *
     * @throws IllegalArgumentException if they do not fit each other, saying what would
     */
    Shape outputShape(List<Shape> inputs);

    /** True if inputs are added, false if they are put behind each other. */
    boolean adds();

    @Override
    default Shape outputShape(Shape input) {
      return outputShape(List.of(input));
    }

    /** Of a single input, which it hands on. */
    @Override
    default Optional<Layer> bind(Place place) {
      return Optional.of(parts(List.of(place.input())).get(0));
    }

    /** What is done with each input, in their order. */
    default List<Layer> parts(List<Shape> inputs) {
      Shape output = outputShape(inputs);
      List<Layer> parts = new ArrayList<>();
      int channel = 0;
      for (Shape input : inputs) {
        parts.add(new Join(input, output, adds() ? 0 : channel, adds() && !parts.isEmpty()));
        channel += input.channels();
      }
      return parts;
    }
  }

  /** The sum of inputs of one shape, value by value: a skip connection. */
  public record Add() implements Spec {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape first = inputs.get(0);
      for (Shape other : inputs) {
        if (!other.equals(first)) {
          throw new InvalidInputException(
              "add: got inputs of "
                  + first
                  + " and "
                  + other
                  + ", expected one shape; bring them to it by a convolution, pooling or a dense"
                  + " layer, or use concat");
        }
      }
      return first;
    }

    @Override
    public String text() {
      return "add";
    }

    @Override
    public boolean adds() {
      return true;
    }
  }

  /** Inputs of one height and width side by side: the channels of the first, then the next's. */
  public record Concat() implements Spec {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape first = inputs.get(0);
      long channels = 0;
      for (Shape other : inputs) {
        if (other.height() != first.height() || other.width() != first.width()) {
          throw new InvalidInputException(
              "concat: got inputs of "
                  + first
                  + " and "
                  + other
                  + ", expected one height and width; bring them to it by padding, stride or"
                  + " pooling, or flatten both");
        }
        channels += other.channels();
      }
      if (channels > Shape.MAX_SIZE) {
        throw new InvalidInputException(
            "concat: got " + channels + " channels in all, expected at most " + Shape.MAX_SIZE);
      }
      return new Shape(first.height(), first.width(), (int) channels);
    }

    @Override
    public String text() {
      return "concat";
    }

    @Override
    public boolean adds() {
      return false;
    }
  }

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
