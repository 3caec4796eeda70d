package dev.convoy.engine.kernel;

import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels.End;

/**
 * The specification of {@link WindowProducts} in plain Java: eight independent sums at a time,
 * which C2 keeps in registers.
 */
final class ScalarWindowProducts implements WindowProducts {

  @Override
  public void dot4(
      int places,
      int run,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int inStep,
      float[] from,
      int fromOff,
      int fromStep,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep) {
    for (int place = 0; place < places; place++) {
      for (int shift = 0; shift < 4 * LANES; shift += 8) {
        int p = inOff + place * inStep + shift % LANES;
        int f = fromOff + place * fromStep + shift;
        int o = outOff + place * outStep + shift;
        dot8(run, w, wOff + shift / LANES, 4, in, p, from, f, out, o);
        end(end, gate, gateOff + place * outStep + shift, out, o);
      }
    }
  }

  @Override
  public void dot2(
      int places,
      int run,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int inStep,
      float[] from,
      int fromOff,
      int fromStep,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep) {
    for (int place = 0; place < places; place++) {
      for (int shift = 0; shift < 2 * LANES; shift += 8) {
        int p = inOff + place * inStep + shift % LANES;
        int f = fromOff + place * fromStep + shift;
        int o = outOff + place * outStep + shift;
        dot8(run, w, wOff + shift / LANES, 2, in, p, from, f, out, o);
        end(end, gate, gateOff + place * outStep + shift, out, o);
      }
    }
  }

  /** Eight sums of {@code w[a + k wStep] * in[p + 16 k + 0..7]}. */
  static void dot8(
      int run,
      float[] w,
      int a,
      int wStep,
      float[] in,
      int p,
      float[] from,
      int f,
      float[] out,
      int o) {
    float v0 = from[f];
    float v1 = from[f + 1];
    float v2 = from[f + 2];
    float v3 = from[f + 3];
    float v4 = from[f + 4];
    float v5 = from[f + 5];
    float v6 = from[f + 6];
    float v7 = from[f + 7];
    for (int k = 0; k < run; k++) {
      float t = w[a + k * wStep];
      int i = p + k * LANES;
      v0 = Math.fma(t, in[i], v0);
      v1 = Math.fma(t, in[i + 1], v1);
      v2 = Math.fma(t, in[i + 2], v2);
      v3 = Math.fma(t, in[i + 3], v3);
      v4 = Math.fma(t, in[i + 4], v4);
      v5 = Math.fma(t, in[i + 5], v5);
      v6 = Math.fma(t, in[i + 6], v6);
      v7 = Math.fma(t, in[i + 7], v7);
    }
    out[o] = v0;
    out[o + 1] = v1;
    out[o + 2] = v2;
    out[o + 3] = v3;
    out[o + 4] = v4;
    out[o + 5] = v5;
    out[o + 6] = v6;
    out[o + 7] = v7;
  }

  private static void end(End end, float[] gate, int g, float[] out, int o) {
    if (end == End.RELU) {
      for (int l = 0; l < 8; l++) {
        out[o + l] = out[o + l] < 0f ? 0f : out[o + l];
      }
    } else if (end == End.GATE) {
      for (int l = 0; l < 8; l++) {
        out[o + l] = gate[g + l] > 0f ? out[o + l] : 0f;
      }
    }
  }

  @Override
  public void slide3x3(
      int channels,
      int n,
      float[] w,
      int wOff,
      int wStep,
      int biasOff,
      float[] in,
      int i0,
      int i1,
      int i2,
      float[] out,
      int outOff,
      int outStep) {
    for (int x = 0; x < n; x++) {
      for (int j = 0; j < channels * LANES; j++) {
        int a = wOff + j / LANES;
        int at = x * LANES + j % LANES;
        float v = row(w, a, wStep, in, i0 + at, w[biasOff + j - j % LANES]);
        v = row(w, a + 3 * wStep, wStep, in, i1 + at, v);
        out[outOff + x * outStep + j] = row(w, a + 6 * wStep, wStep, in, i2 + at, v);
      }
    }
  }

  private static float row(float[] w, int a, int wStep, float[] in, int i, float sum) {
    float v = Math.fma(w[a], in[i], sum);
    v = Math.fma(w[a + wStep], in[i + LANES], v);
    return Math.fma(w[a + 2 * wStep], in[i + 2 * LANES], v);
  }

  @Override
  public void rows4(
      int n,
      float[] w,
      int wOff,
      int wStep,
      float[] in,
      int i0,
      int i1,
      int i2,
      int i3,
      float[] out,
      int outOff) {
    float w0 = w[wOff];
    float w1 = w[wOff + wStep];
    float w2 = w[wOff + 2 * wStep];
    float w3 = w[wOff + 3 * wStep];
    for (int j = 0; j < n; j++) {
      float v = Math.fma(w1, in[i1 + j], Math.fma(w0, in[i0 + j], out[outOff + j]));
      out[outOff + j] = Math.fma(w3, in[i3 + j], Math.fma(w2, in[i2 + j], v));
    }
  }
}
