package dev.convoy.engine.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads the reference values in {@code src/test/resources/fixtures}. */
public final class Fixtures {
  private Fixtures() {}

  public static JsonNode read(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream("/fixtures/" + name + ".json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The values of an array node {@code {"shape": ..., "data": ...}}, or of a plain list of numbers.
   */
  public static double[] values(JsonNode node) {
    JsonNode data = node.has("data") ? node.get("data") : node;
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).asDouble();
    }
    return values;
  }

  public static int[] shape(JsonNode node) {
    int[] shape = new int[node.get("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = node.get("shape").get(i).asInt();
    }
    return shape;
  }

  /** {@code [n][c][h][w]} to {@code [n][h][w][c]}. */
  public static double[] channelsLast(double[] x, int n, int c, int h, int w) {
    double[] y = new double[x.length];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < c; j++) {
        for (int p = 0; p < h * w; p++) {
          y[(i * h * w + p) * c + j] = x[(i * c + j) * h * w + p];
        }
      }
    }
    return y;
  }

  /** {@code [filters][channels][h][w]} to {@code [h][w][channels][filters]}. */
  public static double[] filtersLast(double[] x, int f, int c, int h, int w) {
    double[] y = new double[x.length];
    for (int i = 0; i < f; i++) {
      for (int j = 0; j < c; j++) {
        for (int p = 0; p < h * w; p++) {
          y[(p * c + j) * f + i] = x[(i * c + j) * h * w + p];
        }
      }
    }
    return y;
  }
}
