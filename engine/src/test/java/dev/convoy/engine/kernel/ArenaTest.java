package dev.convoy.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArenaTest {
  @Test
  void piecesAreZerosThatNobodyElseHas() {
    Arena arena = new Arena();
    SplittableRandom random = new SplittableRandom(5);
    Set<Tensor> starts = new HashSet<>();
    for (int i = 1; i < 400; i++) {
      int floats = random.nextInt(i % 50 == 0 ? 300_000 : 2_000);
      Tensor piece = arena.take(floats);
      float[] mine = copy(piece, floats);
      assertThat(mine).isEqualTo(new float[floats]);
      // A piece that overlapped a later one would not be zeros then.
      Arrays.fill(piece.data(), piece.offset(), piece.offset() + floats, i);
      assertThat(floats == 0 || starts.add(piece)).isTrue();
      assertThat(piece.offset() % 16).as("place in a line").isEqualTo(12);
    }
  }

  @Test
  void impossibleSizesAreRefused() {
    for (int floats : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE - 3}) {
      assertThatThrownBy(() -> new Arena().take(floats))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("working memory: got " + floats);
    }
  }

  private static float[] copy(Tensor piece, int floats) {
    return Arrays.copyOfRange(piece.data(), piece.offset(), piece.offset() + floats);
  }
}
