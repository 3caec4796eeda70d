package dev.convoy.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.convoy.engine.data.Augmentation.Flip;
import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AugmenterTest {
  private static final int HEIGHT = 9;
  private static final int WIDTH = 7;
  private static final Shape SHAPE = new Shape(HEIGHT, WIDTH, 3);

  /** Every pixel is another one, and none is black. */
  private static byte[] image() {
    byte[] pixels = new byte[SHAPE.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i + 1);
    }
    return pixels;
  }

  private static Augmentation geometry(int crop, Flip flip, float rotate, float zoom, float shear) {
    return new Augmentation(crop, flip, rotate, zoom, shear, 0, 0, 0);
  }

  private static byte[] augmented(Augmentation how, byte[] image, long key) {
    return new Augmenter(how, SHAPE).augment(image, 0, key).clone();
  }

  private static int at(byte[] image, int y, int x, int c) {
    boolean outside = y < 0 || y >= HEIGHT || x < 0 || x >= WIDTH;
    return outside ? 0 : image[(y * WIDTH + x) * 3 + c] & 0xff;
  }

  /** Down, right, rows and columns of the shift and flip that made it; null if none did. */
  private static int[] origin(byte[] image, byte[] made, int most) {
    for (int code = 0; code < 4 * (2 * most + 1) * (2 * most + 1); code++) {
      int down = code / 4 % (2 * most + 1) - most;
      int right = code / 4 / (2 * most + 1) - most;
      boolean same = true;
      for (int y = 0; y < HEIGHT && same; y++) {
        for (int x = 0; x < WIDTH && same; x++) {
          int fromY = ((code & 1) == 1 ? HEIGHT - 1 - y : y) + down;
          int fromX = ((code & 2) == 2 ? WIDTH - 1 - x : x) + right;
          for (int c = 0; c < 3; c++) {
            same &= at(image, fromY, fromX, c) == at(made, y, x, c);
          }
        }
      }
      if (same) {
        return new int[] {down, right, code & 1, code & 2};
      }
    }
    return null;
  }

  @ParameterizedTest
  @EnumSource(Flip.class)
  void everyWindowAndMirrorImageComesAndNothingElse(Flip flip) {
    byte[] image = image();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      byte[] made = augmented(geometry(2, flip, 0, 0, 0), image, Augmenter.key(5, 3, i));
      int[] origin = origin(image, made, 2);
      assertThat(origin).as("example " + i).isNotNull();
      seen.add(Arrays.toString(origin));
    }
    assertThat(seen).hasSize(25 * (flip == Flip.NONE ? 1 : flip == Flip.BOTH ? 4 : 2));
  }

  @Test
  void aWindowMayLieOutside() {
    Set<Integer> sums = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      byte[] made = augmented(geometry(40, Flip.HORIZONTAL, 0, 0, 0), image(), i);
      int sum = 0;
      for (byte b : made) {
        sum += b & 0xff;
      }
      sums.add(sum);
    }
    assertThat(sums).contains(0).hasSizeGreaterThan(5);
  }

  /** Where nothing is bent, pixels between pixels are the pixels. */
  @ParameterizedTest
  @EnumSource(Flip.class)
  void bendingByNothingIsShifting(Flip flip) {
    byte[] image = image();
    for (int i = 0; i < 200; i++) {
      byte[] shifted = augmented(geometry(2, flip, 0, 0, 0), image, i);
      assertThat(augmented(geometry(2, flip, 1e-20f, 0, 0), image, i)).isEqualTo(shifted);
    }
  }

  /** A ramp stays one, whose slope tells the angle, the size and the lean. */
  @Test
  void aRampIsTurnedAndZoomed() {
    Shape large = new Shape(31, 31, 1);
    float[] ramp = new float[large.size()];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = 100 + i / 31 - 15 + 2 * (i % 31 - 15);
    }
    Augmenter augmenter = new Augmenter(geometry(0, Flip.NONE, 30, 0.2f, 0), large);
    double most = 0;
    for (int key = 0; key < 200; key++) {
      float[] made = augmenter.augment(ramp, 0, key);
      double down = (made[20 * 31 + 15] - made[10 * 31 + 15]) / 10.0;
      double right = (made[15 * 31 + 20] - made[15 * 31 + 10]) / 10.0;
      assertThat(made[15 * 31 + 15]).isEqualTo(100, within(1e-3f));
      // Slopes (1, 2), turned and divided by the size.
      double size = Math.sqrt(5 / (down * down + right * right));
      double angle = Math.toDegrees(Math.atan2(right, down) - Math.atan2(2, 1));
      assertThat(size).isBetween(0.799, 1.201);
      assertThat(angle).isBetween(-30.01, 30.01);
      most = Math.max(most, Math.abs(angle));
    }
    assertThat(most).isGreaterThan(25);
  }

  @Test
  void contrastKeepsTheMeanAndBrightnessTheRatios() {
    float[] values = new float[SHAPE.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 50 + 100 * CounterRandom.uniform(9, i);
    }
    double mean = mean(values);
    Augmenter contrast = new Augmenter(new Augmentation(0, Flip.NONE, 0, 0, 0, 0, 0.5f, 0), SHAPE);
    Augmenter brightness =
        new Augmenter(new Augmentation(0, Flip.NONE, 0, 0, 0, 0.5f, 0, 0), SHAPE);
    Set<Float> factors = new HashSet<>();
    for (int key = 0; key < 100; key++) {
      assertThat(mean(contrast.augment(values, 0, key))).isEqualTo(mean, within(1e-3));
      float[] made = brightness.augment(values, 0, key);
      float factor = made[0] / values[0];
      factors.add(factor);
      for (int i = 0; i < made.length; i++) {
        assertThat(made[i]).isEqualTo(values[i] * factor, within(1e-3f));
      }
      assertThat(factor).isBetween(0.499f, 1.501f);
    }
    assertThat(factors).hasSizeGreaterThan(90);
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  @Test
  void aSquareIsCutOut() {
    Set<Integer> sizes = new HashSet<>();
    byte[] image = image();
    for (int key = 0; key < 500; key++) {
      byte[] made = augmented(new Augmentation(0, Flip.NONE, 0, 0, 0, 0, 0, 4), image, key);
      int black = 0;
      for (int i = 0; i < made.length; i++) {
        black += made[i] == 0 ? 1 : 0;
        assertThat(made[i]).isIn((byte) 0, image[i]);
      }
      sizes.add(black / 3);
    }
    // Whole squares, and those that the border cuts.
    assertThat(sizes).contains(16, 4, 8).allMatch(size -> size >= 4 && size <= 16);
  }

  @Test
  void whatIsDrawnFollowsFromTheKeyAlone() {
    Augmentation all = new Augmentation(2, Flip.BOTH, 20, 0.2f, 10, 0.3f, 0.3f, 3);
    Augmenter used = new Augmenter(all, SHAPE);
    used.augment(image(), 0, 99);
    byte[] first = used.augment(image(), 0, Augmenter.key(1, 2, 3)).clone();
    assertThat(augmented(all, image(), Augmenter.key(1, 2, 3))).isEqualTo(first);
    assertThat(augmented(all, image(), Augmenter.key(1, 3, 3))).isNotEqualTo(first);
    assertThat(augmented(all, image(), Augmenter.key(2, 2, 3))).isNotEqualTo(first);
    assertThat(augmented(Augmentation.NONE, image(), 7)).isEqualTo(image());
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> geometry(-1, Flip.NONE, 0, 0, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("augment.crop: got -1.0, expected 0 to 1000.0");
    assertThatThrownBy(() -> geometry(0, Flip.NONE, Float.NaN, 0, 0))
        .isInstanceOf(InvalidInputException.class);
  }
}
