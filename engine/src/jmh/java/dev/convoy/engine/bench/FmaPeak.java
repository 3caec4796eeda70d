package dev.convoy.engine.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most this core can do right now: twelve independent chains of fused multiply-add in
 * registers. Needs {@code --add-modules jdk.incubator.vector}.
 */
final class FmaPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** About a quarter of a millisecond. */
  private static final int ROUNDS = 120_000;

  private static float sink;

  private FmaPeak() {}

  /** Runs once. Returns GFLOP/s. */
  static double measure() {
    long start = System.nanoTime();
    sink += chains(ROUNDS);
    return ROUNDS * 12.0 * 2 * SPECIES.length() / (System.nanoTime() - start);
  }

  /** Compiles the loop. */
  static void warmUp() {
    for (int i = 0; i < 300; i++) {
      measure();
    }
  }

  private static float chains(int rounds) {
    FloatVector a = FloatVector.broadcast(SPECIES, 1.0000001f);
    FloatVector b = FloatVector.broadcast(SPECIES, 1e-9f);
    FloatVector c0 = b;
    FloatVector c1 = b;
    FloatVector c2 = b;
    FloatVector c3 = b;
    FloatVector c4 = b;
    FloatVector c5 = b;
    FloatVector c6 = b;
    FloatVector c7 = b;
    FloatVector c8 = b;
    FloatVector c9 = b;
    FloatVector c10 = b;
    FloatVector c11 = b;
    for (int i = 0; i < rounds; i++) {
      c0 = a.fma(b, c0);
      c1 = a.fma(b, c1);
      c2 = a.fma(b, c2);
      c3 = a.fma(b, c3);
      c4 = a.fma(b, c4);
      c5 = a.fma(b, c5);
      c6 = a.fma(b, c6);
      c7 = a.fma(b, c7);
      c8 = a.fma(b, c8);
      c9 = a.fma(b, c9);
      c10 = a.fma(b, c10);
      c11 = a.fma(b, c11);
    }
    FloatVector low = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    FloatVector high = c6.add(c7).add(c8).add(c9).add(c10).add(c11);
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }
}
