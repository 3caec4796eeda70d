package dev.convoy.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FiltersTest {

  private static float at(float[] kernel, float[] image, int side, int row, int column) {
    float sum = 0;
    for (int i = 0; i < 9; i++) {
      sum += kernel[i] * image[(row + i / 3) * side + column + i % 3];
    }
    return sum;
  }

  /** The worked example: 29 in the top-left cell. */
  @Test
  void sobelFindsTheEdgeOfTheExample() {
    float[] image = {0, 50, 0, 29, 0, 80, 31, 2, 33, 90, 0, 75, 0, 9, 0, 95};
    assertThat(at(Filters.sobelVertical(), image, 4, 0, 0)).isEqualTo(29f);
  }

  @Test
  void flatImagesHaveNoEdges() {
    float[] flat = new float[9];
    java.util.Arrays.fill(flat, 7f);
    for (float[] kernel :
        new float[][] {
          Filters.sobelVertical(),
          Filters.sobelHorizontal(),
          Filters.prewittVertical(),
          Filters.prewittHorizontal()
        }) {
      assertThat(at(kernel, flat, 3, 0, 0)).isZero();
    }
  }

  @Test
  void edgesHaveTheSignThatTheDocumentationSays() {
    float[] brightLeft = {1, 0, 0, 1, 0, 0, 1, 0, 0};
    float[] brightAbove = {1, 1, 1, 0, 0, 0, 0, 0, 0};
    assertThat(at(Filters.sobelVertical(), brightLeft, 3, 0, 0)).isEqualTo(-4f);
    assertThat(at(Filters.prewittVertical(), brightLeft, 3, 0, 0)).isEqualTo(3f);
    assertThat(at(Filters.sobelHorizontal(), brightAbove, 3, 0, 0)).isEqualTo(4f);
    assertThat(at(Filters.prewittHorizontal(), brightAbove, 3, 0, 0)).isEqualTo(3f);
  }

  @Test
  void aBankInterleavesFilters() {
    assertThat(Filters.bank(1, new float[] {1, 2}, new float[] {3, 4})).containsExactly(1, 3, 2, 4);
    assertThat(Filters.bank(2, new float[] {1, 2})).containsExactly(1, 1, 2, 2);
    assertThatThrownBy(() -> Filters.bank(1, new float[1], new float[2]))
        .hasMessage("filters: got a kernel of 2 values, expected 1 as in the first");
    assertThatThrownBy(() -> Filters.bank(1)).hasMessageContaining("got 0 kernels");
  }
}
