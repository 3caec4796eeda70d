package dev.convoy.engine.bench;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The methods of {@link Kernels} by themselves, with everything in the first-level cache: what the
 * loops around them could reach at best.
 */
final class MicroKernelCases {
  private static final int LINE = LANES;

  private final Kernels k;
  private final SplittableRandom random = new SplittableRandom(7);
  private final float[] w = random(1 << 12);
  private final float[] in = random(1 << 13);
  private final float[] other = random(1 << 13);
  private final float[] out = new float[1 << 13];
  private final List<Case> cases = new ArrayList<>();

  private MicroKernelCases(Kernels k) {
    this.k = k;
  }

  static List<Case> of(Kernels kernels) {
    return new MicroKernelCases(kernels).all();
  }

  private List<Case> all() {
    for (int run : new int[] {9, 30, 96, 400}) {
      double flop = 2.0 * run * 4 * LINE * 10;
      repeat("dot4 10 places, run " + run, flop, () -> dot4(run, Kernels.End.PLAIN));
      repeat("dot4 relu 10 places, run " + run, flop, () -> dot4(run, Kernels.End.RELU));
    }
    for (int run : new int[] {30, 96}) {
      repeat(
          "dot2 10 places, run " + run,
          2.0 * run * 2 * LINE * 10,
          () ->
              k.windows()
                  .dot2(
                      10,
                      run,
                      w,
                      0,
                      in,
                      0,
                      LINE,
                      other,
                      0,
                      0,
                      Kernels.End.PLAIN,
                      out,
                      0,
                      out,
                      0,
                      2 * LINE));
    }
    repeat(
        "slide3x3 26 wide, 4 channels",
        2.0 * 9 * 4 * LINE * 26,
        () ->
            k.windows()
                .slide3x3(4, 26, w, 0, 4, 64, in, 0, 28 * LINE, 56 * LINE, out, 0, 8 * LINE));
    int[] at = {0, 64, 128, 192, 256, 320, 384, 448};
    int[] lines = {0, 512, 1024, 1536};
    for (int n : new int[] {16, 64}) {
      for (int panels = 1; panels <= 2; panels++) {
        int q = panels;
        int row = q * LINE;
        repeat(
            "outer 8 rows, " + q + " panels, n " + n,
            2.0 * n * 8 * row,
            () -> k.gradients().outer(8, q, n, in, at, other, 0, 1024, out, 0, row, out, 0, row));
      }
    }
    for (int width = 3; width <= 5; width += 2) {
      int taps = width;
      int streams = k.gradients().streams(taps);
      for (int n : new int[] {10, 28}) {
        repeat(
            "lanes " + streams + "x" + taps + " n " + n,
            2.0 * n * streams * taps * LINE,
            () -> k.gradients().lanes(taps, n, in, lines, LINE, other, 0, out, 0));
      }
    }
    elementwise();
    return cases;
  }

  private void elementwise() {
    int n = 6 * LINE * 28;
    cases.add(Case.bytes("relu", 8.0 * n, () -> k.relu(n, in, 0, out, 0)));
    cases.add(Case.bytes("gate", 12.0 * n, () -> k.gate(n, in, 0, out, 0)));
    cases.add(Case.bytes("add", 12.0 * n, () -> k.add(n, in, 0, out, 0)));
    cases.add(Case.bytes("addScaled", 12.0 * n, () -> k.addScaled(n, 1e-9f, in, 0, out, 0)));
    int length = 6 * LINE;
    int row = 28 * length;
    cases.add(
        Case.bytes(
            "maxPool2x2 28 wide, 6 channels",
            4.0 * 2.5 * row,
            () -> k.maxPool2x2(14, length, row, in, 0, out, 0)));
    float[] pooled = new float[14 * length];
    k.maxPool2x2(14, length, row, in, 0, pooled, 0);
    cases.add(
        Case.bytes(
            "maxPool2x2Backward",
            4.0 * 5 * row,
            () ->
                k.maxPool2x2Backward(14, length, row, in, 0, pooled, 0, other, 0, false, out, 0)));
  }

  private void dot4(int run, Kernels.End end) {
    k.windows().dot4(10, run, w, 0, in, 0, LINE, other, 0, 0, end, out, 0, out, 0, 4 * LINE);
  }

  private void repeat(String name, double flop, Runnable once) {
    cases.add(
        Case.flops(
            name,
            100 * flop,
            () -> {
              for (int i = 0; i < 100; i++) {
                once.run();
              }
            }));
  }

  private float[] random(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
