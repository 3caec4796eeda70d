package dev.convoy.engine.layer;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.tensor.Shape;
import java.util.List;

/**
 * A layer on paper: what a user writes down, before any input shape or parameter offset is known.
 */
public sealed interface LayerSpec {

  /**
   * The shape that leaves this layer when {@code input} enters.
   *
   * @throws IllegalArgumentException if {@code input} does not fit, saying what would
   */
  Shape outputShape(Shape input);

  /**
   * How weights start: He for layers that feed ReLU, Xavier (Glorot) otherwise, or plain normal
   * with deviation 0.01 / constant zero.
   */
  enum Init {
    /** Normal, of deviation {@code sqrt(2 / fanIn)} (He et al., 2015). */
    HE,
    /** Uniform within {@code sqrt(6 / (fanIn + fanOut))} (Glorot, Bengio, 2010). */
    XAVIER,
    /** Normal, of deviation 0.01. */
    SMALL,
    /** Zeros. */
    ZERO
  }

  /** Pointwise functions. */
  enum Function {
    /** {@code max(0, x)}. */
    RELU,
    /** {@code 1 / (1 + e^-x)}. */
    SIGMOID,
    /** Hyperbolic tangent. */
    TANH
  }

  /** Pooling modes. AVERAGE divides by the whole window, padding included. */
  enum PoolMode {
    /** The largest value. */
    MAX,
    /** The mean, padding included. */
    AVERAGE
  }

  /**
   * 2-D cross-correlation (true convolution if {@code flip}). Weights {@code
   * [kernelHeight][kernelWidth][inputChannels][filters]}, then the bias {@code [filters]}. Output
   * side: {@code floor((n + padding - kernel) / stride) + 1}.
   *
   * @param frozen true if training leaves the parameters alone
   */
  record Conv2d(int filters, Window window, boolean bias, boolean flip, Init init, boolean frozen)
      implements LayerSpec {
    /** Checks and copies what is given. */
    public Conv2d {
      positive("filters", filters);
    }

    @Override
    public Shape outputShape(Shape input) {
      Window.Extent extent = window.on(input);
      return new Shape(extent.vertical().out(), extent.horizontal().out(), filters);
    }
  }

  /** Max or average pooling, channel by channel. */
  record Pool2d(PoolMode mode, Window window) implements LayerSpec {
    @Override
    public Shape outputShape(Shape input) {
      Window.Extent extent = window.on(input);
      if (extent.someWindowLiesInPadding()) {
        throw new InvalidInputException(
            "pool: a window of "
                + window
                + " on "
                + input
                + " would lie wholly in padding and have no value; expected padding smaller than the window");
      }
      return new Shape(extent.vertical().out(), extent.horizontal().out(), input.channels());
    }
  }

  /** A pointwise function. */
  record Activation(Function function) implements LayerSpec {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }
  }

  /** Height x width x channels to one vector, in that order; moves no data. */
  record Flatten() implements LayerSpec {
    @Override
    public Shape outputShape(Shape input) {
      return Shape.vector(input.size());
    }
  }

  /** {@code y = x W + b}. Weights {@code [inputs][units]}, then the bias {@code [units]}. */
  record Dense(int units, boolean bias, Init init, boolean frozen) implements LayerSpec {
    /** Checks and copies what is given. */
    public Dense {
      positive("units", units);
    }

    @Override
    public Shape outputShape(Shape input) {
      return Shape.vector(units);
    }
  }

  /**
   * Inverted dropout: in training each value is zeroed with probability {@code rate}, the others
   * divided by {@code 1 - rate}.
   */
  record Dropout(float rate) implements LayerSpec {
    /** Checks and copies what is given. */
    public Dropout {
      if (!(rate >= 0f && rate < 1f)) {
        throw new InvalidInputException("dropout: got rate " + rate + ", expected 0 <= rate < 1");
      }
    }

    @Override
    public Shape outputShape(Shape input) {
      return input;
    }
  }

  /** A layer that takes what several others give. */
  sealed interface Join extends LayerSpec {

    /**
     * The shape that leaves this layer when {@code inputs} enter.
     *
     * @throws IllegalArgumentException if they do not fit each other, saying what would
     */
    Shape outputShape(List<Shape> inputs);

    @Override
    default Shape outputShape(Shape input) {
      return outputShape(List.of(input));
    }
  }

  /** The sum of inputs of one shape, value by value: a skip connection. */
  record Add() implements Join {
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
  }

  /** Inputs of one height and width side by side: the channels of the first, then the next's. */
  record Concat() implements Join {
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
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new InvalidInputException(name + ": got " + value + ", expected 1 or more");
    }
  }
}
