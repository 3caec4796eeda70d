package dev.convoy.engine.kernel;

/**
 * The specification of {@link Kernels} in plain Java: eight independent sums at a time, which C2
 * keeps in registers.
 */
final class ScalarKernels implements Kernels {
  private static final int[] CONSECUTIVE = new int[0];

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void dot4(
      int run,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      float[] from,
      int fromOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    gather4(run, w, wOff, in, inOff, CONSECUTIVE, from, fromOff, end, gate, gateOff, out, outOff);
  }

  @Override
  public void dot2(
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
    gather2(
        run,
        w,
        wOff,
        in,
        inOff,
        inStep,
        CONSECUTIVE,
        from,
        fromOff,
        fromStep,
        end,
        gate,
        gateOff,
        out,
        outOff,
        outStep);
  }

  @Override
  public void gather4(
      int count,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int[] offsets,
      float[] from,
      int fromOff,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff) {
    for (int shift = 0; shift < 4 * LANES; shift += 8) {
      int a = wOff + shift / LANES;
      int p = inOff + shift % LANES;
      if (offsets == CONSECUTIVE) {
        dot8(count, w, a, 4, in, p, LANES, from, fromOff + shift, out, outOff + shift);
      } else {
        gather8(count, w, a, 4, in, p, offsets, from, fromOff + shift, out, outOff + shift);
      }
      end(end, gate, gateOff + shift, out, outOff + shift);
    }
  }

  @Override
  public void gather2(
      int count,
      float[] w,
      int wOff,
      float[] in,
      int inOff,
      int inStep,
      int[] offsets,
      float[] from,
      int fromOff,
      int fromStep,
      End end,
      float[] gate,
      int gateOff,
      float[] out,
      int outOff,
      int outStep) {
    for (int place = 0; place < (outStep == 0 ? 1 : 2); place++) {
      for (int shift = 0; shift < 2 * LANES; shift += 8) {
        int a = wOff + shift / LANES;
        int p = inOff + place * inStep + shift % LANES;
        int f = fromOff + place * fromStep + shift;
        int o = outOff + place * outStep + shift;
        if (offsets == CONSECUTIVE) {
          dot8(count, w, a, 2, in, p, LANES, from, f, out, o);
        } else {
          gather8(count, w, a, 2, in, p, offsets, from, f, out, o);
        }
        end(end, gate, gateOff + place * outStep + shift, out, o);
      }
    }
  }

  /** Eight sums of {@code w[a + k wStep] * in[p + k inStep + 0..7]}. */
  private static void dot8(
      int run,
      float[] w,
      int a,
      int wStep,
      float[] in,
      int p,
      int inStep,
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
      int i = p + k * inStep;
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

  private static void gather8(
      int count,
      float[] w,
      int a,
      int wStep,
      float[] in,
      int p,
      int[] offsets,
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
    for (int k = 0; k < count; k++) {
      float t = w[a + k * wStep];
      int i = p + offsets[k];
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
  public void outer4(
      int n,
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      float[] d,
      int dOff,
      float[] acc,
      int accOff,
      int accStep) {
    for (int half = 0; half < LANES; half += 8) {
      int o = accOff + half;
      dot8(n, a, a0, 1, d, dOff + half, LANES, acc, o, acc, o);
      dot8(n, a, a1, 1, d, dOff + half, LANES, acc, o + accStep, acc, o + accStep);
      dot8(n, a, a2, 1, d, dOff + half, LANES, acc, o + 2 * accStep, acc, o + 2 * accStep);
      dot8(n, a, a3, 1, d, dOff + half, LANES, acc, o + 3 * accStep, acc, o + 3 * accStep);
    }
  }

  @Override
  public void lanes2x5(
      int n, float[] d, int d0, int d1, int dStep, float[] in, int i, float[] acc, int accOff) {
    for (int s = 0; s < 5; s++) {
      lanes(n, d, d0, dStep, in, i + s * LANES, acc, accOff + s * LANES);
      lanes(n, d, d1, dStep, in, i + s * LANES, acc, accOff + (5 + s) * LANES);
    }
  }

  @Override
  public void lanes3x3(
      int n,
      float[] d,
      int d0,
      int d1,
      int d2,
      int dStep,
      float[] in,
      int i,
      float[] acc,
      int accOff) {
    for (int s = 0; s < 3; s++) {
      lanes(n, d, d0, dStep, in, i + s * LANES, acc, accOff + s * LANES);
      lanes(n, d, d1, dStep, in, i + s * LANES, acc, accOff + (3 + s) * LANES);
      lanes(n, d, d2, dStep, in, i + s * LANES, acc, accOff + (6 + s) * LANES);
    }
  }

  private static void lanes(
      int n, float[] d, int p, int dStep, float[] in, int q, float[] acc, int o) {
    for (int l = 0; l < LANES; l += 4) {
      float v0 = acc[o + l];
      float v1 = acc[o + l + 1];
      float v2 = acc[o + l + 2];
      float v3 = acc[o + l + 3];
      for (int j = 0; j < n; j++) {
        int x = p + l + j * dStep;
        int y = q + l + j * LANES;
        v0 = Math.fma(d[x], in[y], v0);
        v1 = Math.fma(d[x + 1], in[y + 1], v1);
        v2 = Math.fma(d[x + 2], in[y + 2], v2);
        v3 = Math.fma(d[x + 3], in[y + 3], v3);
      }
      acc[o + l] = v0;
      acc[o + l + 1] = v1;
      acc[o + l + 2] = v2;
      acc[o + l + 3] = v3;
    }
  }

  @Override
  public void maxPool2x2(
      int outputs, int length, int row, float[] in, int inOff, float[] out, int outOff) {
    for (int x = 0; x < outputs; x++) {
      int i = inOff + 2 * x * length;
      int o = outOff + x * length;
      for (int l = 0; l < length; l++) {
        float top = in[i + l];
        top = in[i + length + l] > top ? in[i + length + l] : top;
        top = in[i + row + l] > top ? in[i + row + l] : top;
        top = in[i + row + length + l] > top ? in[i + row + length + l] : top;
        out[o + l] = top;
      }
    }
  }

  @Override
  public void maxPool2x2Backward(
      int outputs,
      int length,
      int row,
      float[] in,
      int inOff,
      float[] out,
      int outOff,
      float[] dOut,
      int dOutOff,
      boolean gated,
      float[] dIn,
      int dInOff) {
    for (int x = 0; x < outputs; x++) {
      for (int l = 0; l < length; l++) {
        int i = 2 * x * length + l;
        float top = out[outOff + x * length + l];
        float rest = dOut[dOutOff + x * length + l];
        rest = top > (gated ? 0f : Float.NEGATIVE_INFINITY) ? rest : 0f;
        rest = place(in[inOff + i] == top, rest, dIn, dInOff + i);
        i += length;
        rest = place(in[inOff + i] == top, rest, dIn, dInOff + i);
        i += row - length;
        rest = place(in[inOff + i] == top, rest, dIn, dInOff + i);
        i += length;
        place(in[inOff + i] == top, rest, dIn, dInOff + i);
      }
    }
  }

  private static float place(boolean here, float rest, float[] dIn, int i) {
    dIn[i] = here ? rest : 0f;
    return here ? 0f : rest;
  }

  @Override
  public void max(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] = in[inOff + l] > out[outOff + l] ? in[inOff + l] : out[outOff + l];
    }
  }

  @Override
  public void routeMax(
      int n,
      float[] in,
      int inOff,
      float[] top,
      int topOff,
      float[] rest,
      int restOff,
      float[] dIn,
      int dInOff) {
    for (int l = 0; l < n; l++) {
      boolean here = in[inOff + l] == top[topOff + l];
      dIn[dInOff + l] += here ? rest[restOff + l] : 0f;
      rest[restOff + l] = here ? 0f : rest[restOff + l];
    }
  }

  @Override
  public void add(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] += in[inOff + l];
    }
  }

  @Override
  public void addScaled(int n, float factor, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] = Math.fma(in[inOff + l], factor, out[outOff + l]);
    }
  }

  /**
   * Widens floats by hand: their bits, moved to the places of a double, are the value times 2^-896.
   * The machine's conversion leaves half of its target register as it was, so that each waits for
   * the one before. Sizes are compared as whole numbers, among which NaN is above every finite
   * float.
   */
  @Override
  public boolean addRounded(
      int n,
      double scale,
      double magic,
      float limit,
      float[] in,
      int inOff,
      double[] sums,
      int sumsOff) {
    double stretched = scale * 0x1p896;
    int largest = 0;
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToRawIntBits(in[inOff + i]);
      largest = Math.max(largest, bits & Integer.MAX_VALUE);
      double value = Double.longBitsToDouble((long) bits << 29 & 0x8FFFFFFFFFFFFFFFL);
      sums[sumsOff + i] += (value * stretched + magic) - magic;
    }
    return largest < Float.floatToRawIntBits(limit);
  }

  @Override
  public void relu(int n, float[] in, int inOff, float[] out, int outOff) {
    for (int l = 0; l < n; l++) {
      out[outOff + l] = in[inOff + l] < 0f ? 0f : in[inOff + l];
    }
  }

  @Override
  public void gate(int n, float[] gate, int gateOff, float[] d, int dOff) {
    for (int l = 0; l < n; l++) {
      d[dOff + l] = gate[gateOff + l] > 0f ? d[dOff + l] : 0f;
    }
  }

  @Override
  public void copyLines(
      int n, float[] in, int inOff, int inStep, float[] out, int outOff, int outStep) {
    for (int j = 0; j < n; j++) {
      System.arraycopy(in, inOff + j * inStep, out, outOff + j * outStep, LANES);
    }
  }

  @Override
  public void scatterFours(int n, float[] in, int inOff, float[] out, int outOff, int outStep) {
    for (int j = 0; j < n; j++) {
      int i = inOff + 4 * j;
      int o = outOff + j * outStep;
      out[o] = in[i];
      out[o + 1] = in[i + 1];
      out[o + 2] = in[i + 2];
      out[o + 3] = in[i + 3];
    }
  }
}
