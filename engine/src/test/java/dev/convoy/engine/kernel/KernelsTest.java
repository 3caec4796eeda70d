package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The JVM's kernels do what the scalar ones do, bit for bit, and touch nothing else. */
class KernelsTest {
  private static final int FREE = 7;

  private final Kernels kernels = KernelProvider.get();
  private final Kernels scalar = KernelProvider.byName("scalar");
  private final SplittableRandom random = new SplittableRandom(3);

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 207, 1021})
  void stepsAlongMeans(int n) {
    float[] means = values(n + FREE);
    float[] squares = values(n + FREE);
    for (int i = 0; i < squares.length; i++) {
      squares[i] *= squares[i];
    }
    float[] weights = values(n + 2 * FREE);
    agree(weights, (k, w) -> k.step(n, 0.01f, 1.25f, 1e-8f, means, FREE, squares, FREE, w, FREE));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 9", "2, 16", "6, 100", "8, 3", "9, 7", "33, 5"})
  void addsRows(int lines, int count) {
    int n = lines * LANES;
    int step = n + 5;
    float[] in = values(FREE + count * step);
    agree(values(n + 2 * FREE), (k, out) -> k.addRows(n, count, in, FREE, step, out, FREE));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2, false",
    "12, 3, 2, false",
    "5, 7, 1, false",
    "3, 1, 33, false",
    "6, 1, 5, true",
    "1, 1, 17, true"
  })
  void normalises(int rows, int count, int size, boolean byPlace) {
    var groups = new Moments.Groups(rows, count, size, byPlace);
    int n = rows * groups.columns() * LANES;
    float[] in = values(n + FREE);
    float[] dOut = values(n + 1);
    float[] moments = values(2 * count * LANES + 3);
    float[] means = values(2 * count * LANES + 5);
    float[] affine = values(2 * groups.scales() + 2);
    float[] sums = values(2 * groups.scales() * LANES + FREE);
    float[] columns = values(2 * groups.columns() * LANES + FREE);
    float[] lines = values(groups.scales() * LANES + FREE);
    float[] out = values(n + 2 * FREE);
    agree(columns, (k, o) -> k.moments().deviations(groups, in, FREE, moments, 3, o, 2));
    for (float low : new float[] {0f, Float.NEGATIVE_INFINITY}) {
      agree(
          out,
          (k, o) -> k.moments().normalize(groups, in, FREE, moments, 3, affine, 2, low, o, FREE));
    }
    agree(
        sums, (k, o) -> k.moments().affineGradient(groups, in, FREE, moments, 3, dOut, 1, o, FREE));
    agree(
        values(LANES + FREE),
        (k, o) -> k.moments().addWeighted(groups.scales(), affine, 1, lines, 3, o, 4));
    agree(
        out,
        (k, o) ->
            k.moments()
                .inputGradient(
                    groups, in, FREE, moments, 3, dOut, 1, affine, 2, means, 5, o, FREE));
  }

  @ParameterizedTest
  @CsvSource({"4, 1, 16", "8, 1, 2", "12, 2, 160", "16, 3, 6", "20, 2, 448", "28, 5, 34"})
  void multipliesMatrices(int rows, int panels, int terms) {
    float[] a = values(rows * terms + FREE);
    int[] at = new int[rows];
    for (int r = 0; r < rows; r++) {
      // Not in order, and one of them twice.
      at[r] = Math.min(rows - r, rows - 1) * terms;
    }
    int panel = LANES * terms + 3;
    float[] d = values(panels * panel);
    int step = panels * LANES + 2;
    float[] from = values(rows * step + FREE);
    agree(
        values(rows * step + FREE),
        (k, out) ->
            k.gradients()
                .outer(rows, panels, terms, a, at, d, 0, panel, from, 1, step, out, 2, step));
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 26", "2, 4, 7", "3, 4, 2", "4, 4, 13", "2, 2, 28", "1, 2, 3"})
  void slidesWindows(int channels, int tile, int n) {
    float[] w = values(9 * tile + channels * LANES);
    float[] in = values(3 * (n + 2) * LANES);
    int row = (n + 2) * LANES;
    int step = channels * LANES + 4;
    agree(
        values(n * step + FREE),
        (k, out) ->
            k.windows()
                .slide3x3(channels, n, w, 0, tile, 9 * tile, in, 0, row, 2 * row, out, 3, step));
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "3, 26", "3, 7", "5, 1", "5, 28", "5, 10"})
  void multipliesStreamsLaneByLane(int width, int n) {
    int streams = kernels.gradients().streams(width);
    int step = streams * LANES + 3;
    float[] d = values(n * step);
    float[] in = values((n + width) * LANES);
    float[] got = values(streams * width * LANES + FREE);
    float[] expected = got.clone();
    int[] at = new int[streams];
    for (int r = 0; r < streams; r++) {
      at[r] = r * LANES;
      int acc = 2 + r * width * LANES;
      scalar.gradients().lanes(width, n, d, new int[] {at[r]}, step, in, 5, expected, acc);
    }
    kernels.gradients().lanes(width, n, d, at, step, in, 5, got, 2);
    assertThat(got).usingComparator(KernelsTest::compareBits).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 16, 207, 1021})
  void addsFourRows(int n) {
    float[] w = values(4 * 4);
    float[] in = values(4 * n + FREE);
    agree(
        values(n + 2 * FREE),
        (k, out) -> k.windows().rows4(n, w, 1, 4, in, 0, n + 1, 2 * n + 2, 3 * n + 3, out, FREE));
  }

  @Test
  void windowsGoOnWhereEarlierTapsStopped() {
    int run = 10;
    for (int places = 1; places <= 13; places++) {
      int count = places;
      int step = 4 * LANES + 8;
      float[] w = values(4 * run);
      float[] in = values((run + 2 * count) * LANES);
      agree(
          values(count * step + FREE),
          (k, out) ->
              k.windows()
                  .dot4(
                      count,
                      run,
                      w,
                      0,
                      in,
                      0,
                      2 * LANES,
                      out,
                      1,
                      step,
                      Kernels.End.PLAIN,
                      out,
                      1,
                      out,
                      1,
                      step));
      agree(
          values(count * step + FREE),
          (k, out) ->
              k.windows()
                  .dot2(
                      count,
                      run,
                      w,
                      0,
                      in,
                      0,
                      2 * LANES,
                      out,
                      1,
                      step,
                      Kernels.End.PLAIN,
                      out,
                      1,
                      out,
                      1,
                      step));
    }
  }

  @Test
  void windowsEndInReluAndGate() {
    int run = 9;
    for (Kernels.End end : Kernels.End.values()) {
      for (int places = 1; places <= 9; places++) {
        int count = places;
        float[] w = values(4 * run);
        float[] in = values((run + count) * LANES);
        float[] from = values(4 * LANES);
        float[] gate = values(count * 4 * LANES);
        agree(
            values(count * 4 * LANES),
            (k, out) ->
                k.windows()
                    .dot4(
                        count, run, w, 0, in, 0, LANES, from, 0, 0, end, gate, 0, out, 0,
                        4 * LANES));
        agree(
            values(count * 2 * LANES),
            (k, out) ->
                k.windows()
                    .dot2(
                        count, run, w, 0, in, 0, LANES, from, 0, 0, end, gate, 0, out, 0,
                        2 * LANES));
      }
    }
  }

  private void agree(float[] before, BiConsumer<Kernels, float[]> work) {
    float[] expected = before.clone();
    float[] got = before.clone();
    work.accept(scalar, expected);
    work.accept(kernels, got);
    assertThat(got).usingComparator(KernelsTest::compareBits).isEqualTo(expected);
  }

  private static int compareBits(float[] a, float[] b) {
    for (int i = 0; i < a.length; i++) {
      if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
        return 1;
      }
    }
    return 0;
  }

  private float[] values(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
