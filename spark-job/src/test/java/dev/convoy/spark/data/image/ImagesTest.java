package dev.convoy.spark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.tensor.Shape;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that an encoder wrote give its pixels; files that none wrote are refused. */
class ImagesTest {
  private static final Shape SMALL = new Shape(5, 5, 3);

  private static void refused(byte[] file, String message) {
    assertThatThrownBy(() -> Images.decode("x", file, SMALL))
        .isInstanceOf(ImageException.class)
        .hasMessageStartingWith("x: got ")
        .hasMessageContaining(message);
  }

  private static int[] colour(byte[] file, int x, int y, Shape shape) {
    byte[] pixels = Images.decode("x", file, shape);
    int at = 3 * (y * shape.width() + x);
    return new int[] {pixels[at] & 0xff, pixels[at + 1] & 0xff, pixels[at + 2] & 0xff};
  }

  @ParameterizedTest
  @CsvSource({
    "jpg,false",
    "jpg,true",
    "png,false",
    "png,true",
    "gif,false",
    "gif,true",
    "bmp,false"
  })
  void aFileThatWasCutIsRefusedWhereverItWasCut(String format, boolean progressive)
      throws IOException {
    byte[] whole = TestImages.encode(TestImages.photo(120, 90), format, progressive);
    Images.decode("x", whole, SMALL);
    for (int percent = 5; percent < 100; percent++) {
      refused(Arrays.copyOf(whole, whole.length * percent / 100), "");
    }
    refused(Arrays.copyOf(whole, whole.length - 1), "");
  }

  @Test
  void aJpegWithWrongBytesInTheMiddleIsRefused() throws IOException {
    for (boolean progressive : new boolean[] {false, true}) {
      byte[] jpeg = TestImages.encode(TestImages.photo(240, 180), "jpg", progressive);
      int middle = jpeg.length / 2;
      Arrays.fill(jpeg, middle, middle + 400, (byte) 0);
      refused(jpeg, "got a damaged JPEG (");
    }
  }

  @Test
  void aProgressiveJpegThatWasCutBetweenScansAndClosedIsRefused() throws IOException {
    byte[] jpeg = TestImages.encode(TestImages.photo(120, 90), "jpg", true);
    int scans = 0;
    for (int at = 2; at + 1 < jpeg.length; at++) {
      if (jpeg[at] == (byte) 0xff && jpeg[at + 1] == (byte) 0xda && ++scans == 4) {
        byte[] closed = Arrays.copyOf(jpeg, at + 2);
        closed[at + 1] = (byte) 0xd9;
        refused(closed, "got 3 scans, which leave out a part of component");
      }
    }
    assertThat(scans).isGreaterThan(4);
  }

  @Test
  void aPngOfWhichOneBitIsWrongIsRefused() throws IOException {
    byte[] png = TestImages.encode(TestImages.photo(40, 30), "png");
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      byte[] wrong = png.clone();
      wrong[8 + random.nextInt(png.length - 8)] ^= (byte) (1 << random.nextInt(8));
      refused(wrong, "");
    }
  }

  @Test
  void whatIsNoImageSaysWhatItIs() {
    refused(new byte[0], "got no image but an empty file");
    refused(
        "\n<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII), "got no image but HTML or XML");
    refused(
        "RIFF\0\0\0\0WEBPVP8 ".getBytes(StandardCharsets.US_ASCII),
        "got no image that is read but WebP");
  }

  /** The red of the issue: what is left of white after inks of 0, 186, 167 and 105. */
  @Test
  void cmykIsWhatInksLeaveOfWhite() throws IOException {
    int[] red = {150, 41, 52};
    byte[] plain = TestImages.fourComponents(0, 186, 167, 105);
    byte[] inverted = TestImages.fourComponents(255, 69, 88, 150);
    // YCbCr of 255, 69, 88 by BT.601.
    byte[] ycck = TestImages.fourComponents(127, 106, 219, 150);
    for (byte[] file :
        new byte[][] {
          plain,
          TestImages.withSegment(inverted, 0xee, TestImages.adobe(0)),
          TestImages.withSegment(ycck, 0xee, TestImages.adobe(2))
        }) {
      int[] got = colour(file, 2, 2, SMALL);
      for (int c = 0; c < 3; c++) {
        assertThat(got[c]).isBetween(red[c] - 2, red[c] + 2);
      }
    }
  }

  /**
   * Red, green, blue and white corners, stored as each of the eight tags says, by the table of
   * EXIF: where the first row and the first column of the file are in the scene.
   */
  @ParameterizedTest
  @CsvSource({"1,RGBW", "2,GRWB", "3,WBGR", "4,BWRG", "5,RBGW", "6,GWRB", "7,WGBR", "8,BRWG"})
  void aTurnedImageStandsUpright(int orientation, String corners) throws IOException {
    boolean sideways = orientation > 4;
    int width = sideways ? 32 : 64;
    int height = sideways ? 64 : 32;
    BufferedImage stored = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        char corner = corners.charAt(2 * (2 * y / height) + 2 * x / width);
        Color colour =
            switch (corner) {
              case 'R' -> Color.RED;
              case 'G' -> Color.GREEN;
              case 'B' -> Color.BLUE;
              default -> Color.WHITE;
            };
        stored.setRGB(x, y, colour.getRGB());
      }
    }
    byte[] jpeg = TestImages.encode(stored, "jpg");
    byte[] png = TestImages.encode(stored, "png");
    Shape shape = new Shape(2, 4, 3);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      byte[] tagged = TestImages.withChunk(png, "eXIf", TestImages.tiff(orientation, order));
      assertThat(Images.decode("x", tagged, shape))
          .containsExactly(hex("ff0000ff000000ff0000ff00" + "0000ff0000ffffffffffffff"));
      byte[] turned = TestImages.turned(jpeg, orientation, order);
      int[] red = colour(turned, 0, 0, shape);
      assertThat(red[0]).isGreaterThan(240);
      assertThat(red[1] + red[2]).isLessThan(30);
      int[] blue = colour(turned, 0, 1, shape);
      assertThat(blue[2]).isGreaterThan(240);
      assertThat(blue[0] + blue[1]).isLessThan(30);
    }
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void damagedExifTurnsNothing() throws IOException {
    byte[] jpeg = TestImages.encode(TestImages.photo(30, 20), "jpg");
    byte[] upright = Images.decode("x", jpeg, SMALL);
    byte[] segment =
        TestImages.join(
            "Exif\0\0".getBytes(StandardCharsets.US_ASCII),
            TestImages.tiff(6, ByteOrder.BIG_ENDIAN));
    for (int length = 0; length < segment.length - 6; length++) {
      byte[] cut = TestImages.withSegment(jpeg, 0xe1, Arrays.copyOf(segment, length));
      assertThat(Images.decode("x", cut, SMALL)).isEqualTo(upright);
    }
  }

  @Test
  void aBmpOfAnImmensePaletteIsRefused() throws IOException {
    byte[] bmp = TestImages.encode(TestImages.photo(30, 20), "bmp");
    for (int colours : new int[] {1 << 28, -1, 300}) {
      byte[] bomb = bmp.clone();
      ByteBuffer.wrap(bomb).order(ByteOrder.LITTLE_ENDIAN).putInt(46, colours);
      refused(bomb, "got a palette of " + Integer.toUnsignedString(colours) + " colours");
    }
    byte[] far = bmp.clone();
    ByteBuffer.wrap(far).order(ByteOrder.LITTLE_ENDIAN).putInt(10, 1 << 30);
    refused(far, "its pixels begin at byte 1073741824 of " + bmp.length);
  }

  @Test
  void aGifWithoutAnEndIsRefused() throws IOException {
    byte[] gif = TestImages.encode(TestImages.photo(30, 20), "gif");
    byte[] head = Arrays.copyOf(gif, gif.length - 1);
    byte[] comment = {0x21, (byte) 0xfe, 1, 'x', 0};
    byte[][] parts = new byte[100_001][];
    Arrays.fill(parts, comment);
    parts[0] = head;
    refused(TestImages.join(parts), "it ends at byte ");
  }

  @Test
  void aJpegOfManyScansIsRefusedBeforeItIsDecoded() throws IOException {
    byte[] jpeg = TestImages.encode(TestImages.photo(64, 64), "jpg", true);
    int first = 0;
    while (jpeg[first] != (byte) 0xff || jpeg[first + 1] != (byte) 0xda) {
      first++;
    }
    int next = first + 2;
    while (jpeg[next] != (byte) 0xff || jpeg[next + 1] == 0) {
      next++;
    }
    byte[][] parts = new byte[20_002][];
    Arrays.fill(parts, Arrays.copyOfRange(jpeg, first, next));
    parts[0] = Arrays.copyOf(jpeg, first);
    parts[parts.length - 1] = Arrays.copyOfRange(jpeg, next, jpeg.length);
    refused(TestImages.join(parts), "in 101 scans or more, expected at most 100 scans");
  }

  @ParameterizedTest
  @ValueSource(strings = {"50000000x1", "1x50000000", "65535x65535", "0x9", "-1x-1", "8000x6251"})
  void aPngThatClaimsTooManyPixelsIsRefused(String size) {
    String[] sides = size.split("x");
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(Integer.parseInt(sides[0]))
            .putInt(Integer.parseInt(sides[1]))
            .put(new byte[] {8, 0, 0, 0, 0})
            .array();
    byte[] png =
        TestImages.join(
            new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
            TestImages.chunk("IHDR", header),
            TestImages.chunk("IEND", new byte[0]));
    refused(png, "pixels, expected");
  }

  @Test
  void aPngThatUnpacksToMoreThanItsPixelsIsRefused() {
    byte[] header =
        ByteBuffer.allocate(13).putInt(4).putInt(4).put(new byte[] {8, 0, 0, 0, 0}).array();
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[100_000_000]);
    deflater.finish();
    byte[] packed = new byte[1 << 20];
    int length = deflater.deflate(packed);
    deflater.end();
    byte[] png =
        TestImages.join(
            new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
            TestImages.chunk("IHDR", header),
            TestImages.chunk("IDAT", Arrays.copyOf(packed, length)),
            TestImages.chunk("IEND", new byte[0]));
    refused(png, "got more pixels than 4 x 4");
  }

  /** Against what was written: the JDK's reader leaves out rows of some interlaced files. */
  @Test
  void aGifHasThePixelsThatWereWritten() throws IOException {
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      int width = 1 + random.nextInt(i < 50 ? 40 : 400);
      int height = 1 + random.nextInt(i < 50 ? 40 : 400);
      int colours = 1 << random.nextInt(8);
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
      for (int p = 0; p < width * height; p++) {
        int colour = random.nextInt(4) == 0 ? 0 : random.nextInt(colours);
        image.setRGB(
            p % width, p / width, colour == 0 && i % 2 == 0 ? 0 : 0xff000000 | colour * 997);
      }
      expect(image, TestImages.encode(image, "gif", i % 3 == 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "bmp"})
  void otherFormatsHaveThePixelsThatTheJdkReads(String format) throws IOException {
    for (int size : new int[] {1, 2, 3, 7, 8, 9, 33, 100}) {
      BufferedImage photo = TestImages.photo(size, 101 - size);
      boolean scans = size % 2 == 1 && !format.equals("bmp");
      expectAsTheJdk(TestImages.encode(photo, format, scans));
      if (format.equals("png")) {
        BufferedImage clear = new BufferedImage(size, 9, BufferedImage.TYPE_INT_ARGB);
        clear.setRGB(size / 2, 4, 0x80123456);
        expectAsTheJdk(TestImages.encode(clear, "png", size % 3 == 0));
        BufferedImage two = new BufferedImage(size, 9, BufferedImage.TYPE_BYTE_BINARY);
        two.setRGB(size / 2, 4, -1);
        expectAsTheJdk(TestImages.encode(two, "png", size % 3 == 0));
      }
    }
  }

  private static void expectAsTheJdk(byte[] file) throws IOException {
    expect(ImageIO.read(new ByteArrayInputStream(file)), file);
  }

  private static void expect(BufferedImage expected, byte[] file) {
    Shape shape = new Shape(expected.getHeight(), expected.getWidth(), 3);
    byte[] wanted =
        Images.fit("x", expected::getRGB, expected.getWidth(), expected.getHeight(), shape);
    assertThat(Images.decode("x", file, shape)).isEqualTo(wanted);
  }

  /** Reads everything, and everything as nothing. */
  private static final class Greedy extends ImageReaderSpi {
    Greedy() {
      super(
          "x",
          "1",
          new String[] {"jpeg", "png", "bmp", "gif"},
          null,
          null,
          "x",
          new Class<?>[] {ImageInputStream.class},
          null,
          false,
          null,
          null,
          null,
          null,
          false,
          null,
          null,
          null,
          null);
    }

    @Override
    public boolean canDecodeInput(Object source) {
      return true;
    }

    @Override
    public ImageReader createReaderInstance(Object extension) {
      throw new IllegalStateException("a plug-in was asked");
    }

    @Override
    public String getDescription(Locale locale) {
      return "greedy";
    }
  }

  @Test
  void plugInsChangeNothing() throws IOException {
    IIORegistry registry = IIORegistry.getDefaultInstance();
    for (String format : new String[] {"jpg", "png", "bmp", "gif"}) {
      byte[] file = TestImages.encode(TestImages.photo(50, 40), format);
      byte[] before = Images.decode("x", file, SMALL);
      Greedy greedy = new Greedy();
      registry.registerServiceProvider(greedy, ImageReaderSpi.class);
      registry
          .getServiceProviders(ImageReaderSpi.class, true)
          .forEachRemaining(
              other -> {
                if (other != greedy) {
                  registry.setOrdering(ImageReaderSpi.class, greedy, other);
                }
              });
      try {
        assertThatThrownBy(() -> ImageIO.read(new ByteArrayInputStream(file)))
            .hasStackTraceContaining("a plug-in was asked");
        assertThat(Images.decode("x", file, SMALL)).isEqualTo(before);
      } finally {
        registry.deregisterServiceProvider(greedy);
      }
    }
  }
}
