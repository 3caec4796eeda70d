package dev.convoy.engine.kernel;

import static dev.convoy.engine.kernel.WinogradPoints.A;
import static dev.convoy.engine.kernel.WinogradPoints.A2;
import static dev.convoy.engine.kernel.WinogradPoints.A3;
import static dev.convoy.engine.kernel.WinogradPoints.B;
import static dev.convoy.engine.kernel.WinogradPoints.B2;
import static dev.convoy.engine.kernel.WinogradPoints.B3;
import static dev.convoy.engine.kernel.WinogradPoints.G_0;
import static dev.convoy.engine.kernel.WinogradPoints.G_A;
import static dev.convoy.engine.kernel.WinogradPoints.G_B;
import static dev.convoy.engine.tensor.Lanes.LANES;

import dev.convoy.engine.kernel.Kernels.End;

/** {@link WinogradTransforms} in plain Java: the specification. */
final class ScalarWinogradTransforms implements WinogradTransforms {
  @Override
  public void input(int n, float[] in, int i, int s, float[] out, int o, int t) {
    for (int j = 0; j < n; j++) {
      float d0 = in[i + j];
      float d1 = in[i + s + j];
      float d2 = in[i + 2 * s + j];
      float d3 = in[i + 3 * s + j];
      float d4 = in[i + 4 * s + j];
      float d5 = in[i + 5 * s + j];
      out[o + j] = Math.fma(d0, A2 * B2, Math.fma(d2, -(A2 + B2), d4));
      float p = Math.fma(d2, -B2, d4);
      float q = Math.fma(d1, -B2, d3);
      out[o + t + j] = Math.fma(q, A, p);
      out[o + 2 * t + j] = Math.fma(q, -A, p);
      p = Math.fma(d2, -A2, d4);
      q = Math.fma(d1, -A2, d3);
      out[o + 3 * t + j] = Math.fma(q, B, p);
      out[o + 4 * t + j] = Math.fma(q, -B, p);
      out[o + 5 * t + j] = Math.fma(d1, A2 * B2, Math.fma(d3, -(A2 + B2), d5));
    }
  }

  @Override
  public void inputLines(int n, float[] in, int i, int s, float[] out, int o, int t, int lineStep) {
    for (int l = 0; l < n / LANES; l++) {
      input(LANES, in, i + l * LANES, s, out, o + l * lineStep, t);
    }
  }

  @Override
  public void output(
      int n,
      float[] in,
      int i,
      int s,
      float[] start,
      int startOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int o,
      int t) {
    for (int j = 0; j < n; j++) {
      float m1 = in[i + s + j];
      float m2 = in[i + 2 * s + j];
      float m3 = in[i + 3 * s + j];
      float m4 = in[i + 4 * s + j];
      float p = m1 + m2;
      float q = m3 + m4;
      float r = m1 - m2;
      float u = m3 - m4;
      float v0 = (in[i + j] + p) + q;
      float v3 = Math.fma(r, A3, Math.fma(u, B3, in[i + 5 * s + j]));
      if (start == null || end == End.GATE) {
        out[o + j] = v0;
        out[o + t + j] = Math.fma(r, A, u * B);
        out[o + 2 * t + j] = Math.fma(p, A2, q * B2);
        out[o + 3 * t + j] = v3;
      } else {
        float b = start[startOff + j];
        out[o + j] = v0 + b;
        out[o + t + j] = Math.fma(r, A, Math.fma(u, B, b));
        out[o + 2 * t + j] = Math.fma(p, A2, Math.fma(q, B2, b));
        out[o + 3 * t + j] = v3 + b;
      }
    }
    for (int r = 0; r < OUTPUTS; r++) {
      end(n, end, gate, gateOff + r * t, out, o + r * t);
    }
  }

  private static void end(int n, End end, float[] gate, int g, float[] out, int o) {
    if (end == End.RELU) {
      for (int j = 0; j < n; j++) {
        out[o + j] = out[o + j] < 0f ? 0f : out[o + j];
      }
    } else if (end == End.GATE) {
      for (int j = 0; j < n; j++) {
        out[o + j] = gate[g + j] <= 0f ? 0f : out[o + j];
      }
    }
  }

  @Override
  public void delta(int n, float[] in, int i, int s, float[] out, int o, int t) {
    for (int j = 0; j < n; j++) {
      float y0 = in[i + j];
      float y1 = in[i + s + j];
      float y2 = in[i + 2 * s + j];
      float y3 = in[i + 3 * s + j];
      out[o + j] = y0;
      float p = Math.fma(y2, A2, y0);
      float q = Math.fma(y3, A2, y1);
      out[o + t + j] = Math.fma(q, A, p);
      out[o + 2 * t + j] = Math.fma(q, -A, p);
      p = Math.fma(y2, B2, y0);
      q = Math.fma(y3, B2, y1);
      out[o + 3 * t + j] = Math.fma(q, B, p);
      out[o + 4 * t + j] = Math.fma(q, -B, p);
      out[o + 5 * t + j] = y3;
    }
  }

  @Override
  public void weights(int n, float[] in, int i, int s, float[] out, int o, int t) {
    for (int j = 0; j < n; j++) {
      float g0 = in[i + j];
      float g1 = in[i + s + j];
      float g2 = in[i + 2 * s + j];
      out[o + j] = g0 * G_0;
      float e = Math.fma(g2, A2 * G_A, g0 * G_A);
      out[o + t + j] = Math.fma(g1, A * G_A, e);
      out[o + 2 * t + j] = Math.fma(g1, -A * G_A, e);
      e = Math.fma(g2, B2 * G_B, g0 * G_B);
      out[o + 3 * t + j] = Math.fma(g1, B * G_B, e);
      out[o + 4 * t + j] = Math.fma(g1, -B * G_B, e);
      out[o + 5 * t + j] = g2;
    }
  }

  @Override
  public void gradient(int n, float[] in, int i, int s, float[] out, int o, int t) {
    for (int j = 0; j < n; j++) {
      float s1 = in[i + s + j];
      float s2 = in[i + 2 * s + j];
      float s3 = in[i + 3 * s + j];
      float s4 = in[i + 4 * s + j];
      float p = s1 + s2;
      float q = s3 + s4;
      out[o + j] = Math.fma(p, G_A, Math.fma(q, G_B, in[i + j] * G_0));
      out[o + t + j] = Math.fma(s1 - s2, A * G_A, (s3 - s4) * (B * G_B));
      out[o + 2 * t + j] = Math.fma(p, A2 * G_A, Math.fma(q, B2 * G_B, in[i + 5 * s + j]));
    }
  }
}
