package dev.convoy.spark.data.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a binary column holds is told by its contents, not by its length. */
class FeatureReaderTest {
  private static byte[] white(String format) throws IOException {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    byte[] pixels = new byte[64];
    Arrays.fill(pixels, (byte) 255);
    image.getRaster().setDataElements(0, 0, 8, 8, pixels);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  private static byte[] read(byte[] value) {
    FeatureReader reader = new FeatureReader("x", new Shape(value.length, 1, 1), 255f);
    reader.read(value);
    assertThat(reader.isBytes()).isTrue();
    return reader.pixels();
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
  void anImageAsLongAsItsPixelsIsDecoded(String format) throws IOException {
    byte[] file = white(format);
    byte[] expected = new byte[file.length];
    Arrays.fill(expected, (byte) 255);
    assertThat(read(file)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
  void anImageOfAnyLengthIsDecoded(String format) throws IOException {
    FeatureReader reader = new FeatureReader("x", new Shape(2, 2, 1), 255f);
    reader.read(white(format));
    assertThat(reader.pixels()).containsExactly(-1, -1, -1, -1);
  }

  /** Pixels may have any value, so those of an image's first bytes, too. */
  @Test
  void pixelsThatBeginLikeAnImageStayPixels() {
    byte[][] beginnings = {
      {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xfe, (byte) 0xd8, (byte) 0xff},
      {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0, 16},
      {'B', 'M', 1, 2, 3, 4},
      {'G', 'I', 'F', '8', '8', 'a'},
      {(byte) 0x89, 'P', 'N', 'G', 1, 2}
    };
    for (byte[] beginning : beginnings) {
      byte[] raw = Arrays.copyOf(beginning, 48);
      assertThat(read(raw)).isEqualTo(raw);
    }
  }

  @Test
  void whatIsNeitherIsRefused() throws IOException {
    FeatureReader reader = new FeatureReader("x", new Shape(2, 2, 1), 255f);
    assertThatThrownBy(() -> reader.read(new byte[5]))
        .isInstanceOf(DataException.class)
        .hasMessage("column 'x': got 5 bytes, expected 4 for the model's input of 2x2x1");
    byte[] cut = Arrays.copyOf(white("png"), 30);
    assertThatThrownBy(() -> reader.read(cut))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column 'x': got a damaged PNG");
  }
}
