package dev.convoy.engine.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.convoy.engine.error.InvalidInputException;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register width of this JVM's vector kernels, and the few operations that all of them share.
 * 512 bits serve AVX-512, 256 bits AVX2, 128 bits NEON and SSE; {@code
 * -Dconvoy.vectorBits=128|256|512} forces one. One width for all: where two widths meet, C2 no
 * longer inlines the operations of either.
 */
final class VectorWidth {
  static final VectorSpecies<Float> FLOATS = species();

  static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, FLOATS.vectorShape());
  static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

  static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, FLOATS.vectorShape());

  /** Floats in a register. */
  static final int WIDTH = FLOATS.length();

  private VectorWidth() {}

  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    int bits = Integer.getInteger("convoy.vectorBits", Math.max(128, Math.min(512, preferred)));
    if (bits != 128 && bits != 256 && bits != 512) {
      throw new InvalidInputException(
          "convoy.vectorBits: got " + bits + ", expected 128, 256 or 512");
    }
    return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }

  static FloatVector load(float[] a, int i) {
    return FloatVector.fromArray(FLOATS, a, i);
  }

  static FloatVector spread(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }

  static FloatVector zero() {
    return FloatVector.zero(FLOATS);
  }

  /** {@code a > b ? a : b}. */
  static FloatVector larger(FloatVector a, FloatVector b) {
    return b.blend(a, a.compare(GT, b));
  }

  /** {@code a > b ? a : b}, or NaN if one of them is. */
  static FloatVector largerOrNaN(FloatVector a, FloatVector b) {
    return b.blend(a, a.compare(GT, b).or(a.compare(NE, a)));
  }

  /** Stores v, with 0 where it is below {@code low}. */
  static void put(FloatVector v, FloatVector low, float[] out, int o) {
    v.blend(zero(), v.compare(LT, low)).intoArray(out, o);
  }
}
