package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;

/** The specification of {@link Moments} in plain Java. */
final class ScalarMoments implements Moments {

  @Override
  public void deviations(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] sums,
      int sumsOff) {
    int columns = groups.columns();
    int squares = columns * LANES;
    for (int r = 0; r < groups.rows(); r++) {
      for (int c = 0; c < columns; c++) {
        int x = inOff + (r * columns + c) * LANES;
        int mean = momentsOff + c / groups.size() * LANES;
        int s = sumsOff + c * LANES;
        for (int l = 0; l < LANES; l++) {
          float d = in[x + l] - moments[mean + l];
          sums[s + l] += d;
          sums[s + squares + l] = Math.fma(d, d, sums[s + squares + l]);
        }
      }
    }
  }

  @Override
  public void normalize(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] affine,
      int affineOff,
      float low,
      float[] out,
      int outOff) {
    int columns = groups.columns();
    int reciprocals = groups.groups() * LANES;
    for (int r = 0; r < groups.rows(); r++) {
      for (int c = 0; c < columns; c++) {
        int line = (r * columns + c) * LANES;
        int mean = momentsOff + c / groups.size() * LANES;
        float scale = affine[affineOff + r * groups.step() + c];
        float shift = affine[affineOff + groups.scales() + r * groups.step() + c];
        for (int l = 0; l < LANES; l++) {
          float n = (in[inOff + line + l] - moments[mean + l]) * moments[mean + reciprocals + l];
          float v = Math.fma(n, scale, shift);
          out[outOff + line + l] = v < low ? 0f : v;
        }
      }
    }
  }

  @Override
  public void affineGradient(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] dOut,
      int dOutOff,
      float[] sums,
      int sumsOff) {
    int columns = groups.columns();
    int reciprocals = groups.groups() * LANES;
    int shifts = groups.scales() * LANES;
    for (int r = 0; r < groups.rows(); r++) {
      for (int c = 0; c < columns; c++) {
        int line = (r * columns + c) * LANES;
        int mean = momentsOff + c / groups.size() * LANES;
        int s = sumsOff + (r * groups.step() + c) * LANES;
        for (int l = 0; l < LANES; l++) {
          float n = (in[inOff + line + l] - moments[mean + l]) * moments[mean + reciprocals + l];
          float d = dOut[dOutOff + line + l];
          sums[s + l] = Math.fma(d, n, sums[s + l]);
          sums[s + shifts + l] += d;
        }
      }
    }
  }

  @Override
  public void addWeighted(
      int count, float[] factors, int factorsOff, float[] in, int inOff, float[] out, int outOff) {
    for (int j = 0; j < count; j++) {
      for (int l = 0; l < LANES; l++) {
        out[outOff + l] =
            Math.fma(in[inOff + j * LANES + l], factors[factorsOff + j], out[outOff + l]);
      }
    }
  }

  @Override
  public void inputGradient(
      Groups groups,
      float[] in,
      int inOff,
      float[] moments,
      int momentsOff,
      float[] dOut,
      int dOutOff,
      float[] affine,
      int affineOff,
      float[] means,
      int meansOff,
      float[] dIn,
      int dInOff) {
    int columns = groups.columns();
    int second = groups.groups() * LANES;
    for (int r = 0; r < groups.rows(); r++) {
      for (int c = 0; c < columns; c++) {
        int line = (r * columns + c) * LANES;
        int mean = momentsOff + c / groups.size() * LANES;
        int a = meansOff + c / groups.size() * LANES;
        float scale = affine[affineOff + r * groups.step() + c];
        for (int l = 0; l < LANES; l++) {
          float reciprocal = moments[mean + second + l];
          float n = (in[inOff + line + l] - moments[mean + l]) * reciprocal;
          float d = Math.fma(dOut[dOutOff + line + l], scale, means[a + l]);
          dIn[dInOff + line + l] = Math.fma(n, means[a + second + l], d) * reciprocal;
        }
      }
    }
  }
}
