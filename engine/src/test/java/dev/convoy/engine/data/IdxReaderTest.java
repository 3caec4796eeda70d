package dev.convoy.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxReaderTest {

  private static ImageSet set(Shape shape, int count) {
    byte[] pixels = new byte[count * shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) CounterRandom.bits(1, i);
    }
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = CounterRandom.below(2, i, 10);
    }
    return new ImageSet(shape, pixels, labels);
  }

  private static byte[] images(ImageSet set) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    IdxWriter.images(set, out);
    return out.toByteArray();
  }

  private static byte[] labels(ImageSet set) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    IdxWriter.labels(set, out);
    return out.toByteArray();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static ImageSet read(byte[] images, byte[] labels) throws IOException {
    return IdxReader.read(
        "images", new ByteArrayInputStream(images), "labels", new ByteArrayInputStream(labels), 10);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(DataException.class).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"28x28x1, 7", "3x5x3, 11", "1x1x1, 1", "2x3x1, 1021"})
  void readsWhatWasWrittenPlainOrPacked(String shape, int count) throws IOException {
    ImageSet set = set(Shape.parse(shape), count);
    for (int kind = 0; kind < 4; kind++) {
      byte[] images = images(set);
      byte[] labels = labels(set);
      ImageSet back =
          read((kind & 1) == 0 ? images : gzip(images), (kind & 2) == 0 ? labels : gzip(labels));
      assertThat(back.shape()).isEqualTo(set.shape());
      assertThat(back.pixels()).isEqualTo(set.pixels());
      assertThat(back.labels()).isEqualTo(set.labels());
    }
  }

  @Test
  void rangesComeFromTheirPlaceInTheFile() throws IOException {
    ImageSet set = set(new Shape(4, 3, 1), 50);
    byte[] file = images(set);
    IdxHeader header = IdxHeader.images("images", new ByteArrayInputStream(file));
    assertThat(header).isEqualTo(new IdxHeader("images", 50, 4, 3, 1, 16));
    header.expectLength(file.length);
    byte[] part = new byte[5 + 10 * 12];
    InputStream in = new ByteArrayInputStream(file);
    in.skipNBytes(header.offset(20));
    IdxReader.fill(header, in, 20, part, 5, 10);
    assertThat(Arrays.copyOfRange(part, 5, part.length))
        .isEqualTo(Arrays.copyOfRange(set.pixels(), 20 * 12, 30 * 12));
    InputStream end = new ByteArrayInputStream(file);
    end.skipNBytes(header.offset(45));
    refused(
        () -> IdxReader.fill(header, end, 45, new byte[120], 0, 10),
        "images: truncated at offset 616: got the end of the file, expected 616 bytes; was it"
            + " changed while it was read?");
  }

  @Test
  void mistakesInTheHeaderAreNamed() throws IOException {
    ImageSet set = set(new Shape(2, 2, 1), 3);
    byte[] images = images(set);
    byte[] labels = labels(set);
    refused(
        () -> read(labels, labels),
        "images: wrong magic at offset 0: got 0x00000801, expected 0x00000803 or 0x00000804"
            + " (images); are the images and labels files swapped?");
    refused(
        () -> read(images, images),
        "labels: wrong magic at offset 0: got 0x00000803, expected 0x00000801 (labels); are the"
            + " images and labels files swapped?");
    refused(
        () -> read("<!DOCTYPE html>".getBytes("US-ASCII"), labels),
        "images: wrong magic at offset 0: got 0x3c21444f, expected 0x00000803 or 0x00000804"
            + " (images); is this an IDX file of bytes?");
    refused(
        () -> read(with(images, 0, 0xD03), labels),
        "images: wrong magic at offset 0: got 0x00000d03, expected 0x00000803 or 0x00000804"
            + " (images); is this an IDX file of bytes?");
    refused(
        () -> read(with(images, 4, 0), labels),
        "images: empty at offset 4: got 0, expected 1 or more items");
    refused(
        () -> read(with(images, 8, -1), labels),
        "images: bad side at offset 8: got -1, expected 1 or more; fetch the file again");
    refused(
        () -> read(Arrays.copyOf(images, 10), labels),
        "images: truncated at offset 10: got the end of the file inside the header, expected 4"
            + " bytes at 8; fetch the file again");
    refused(
        () -> read(new byte[0], labels),
        "images: truncated at offset 0: got the end of the file inside the header, expected 4"
            + " bytes at 0; fetch the file again");
  }

  @Test
  void mistakesInTheItemsAreNamed() throws IOException {
    ImageSet set = set(new Shape(2, 2, 1), 3);
    byte[] images = images(set);
    byte[] labels = labels(set);
    refused(
        () -> read(Arrays.copyOf(images, 27), labels),
        "images: truncated at offset 27: got 27 bytes, expected 28 (3 items of 4 bytes after a"
            + " header of 16); fetch the file again");
    refused(
        () -> read(Arrays.copyOf(images, 33), labels),
        "images: longer than its header says, from offset 28: got 33 bytes, expected 28 (3 items"
            + " of 4 bytes after a header of 16); fetch the file again");
    refused(
        () -> read(images, labels(set(new Shape(2, 2, 1), 4))),
        "labels: counts differ at offset 4: got 4 labels, expected 3 as in images; do the two files"
            + " belong together?");
    byte[] wrongLabel = labels.clone();
    wrongLabel[9] = 10;
    refused(
        () -> read(images, wrongLabel),
        "labels: label out of range at offset 9: got 10, expected 0 to 9; a model with more"
            + " outputs, or other labels?");
    wrongLabel[9] = (byte) 200;
    assertThat(
            IdxReader.read(
                    "images",
                    new ByteArrayInputStream(images),
                    "labels",
                    new ByteArrayInputStream(wrongLabel),
                    0)
                .labels()[1])
        .isEqualTo(200);
  }

  @Test
  void damagedGzipIsNamed() throws IOException {
    ImageSet set = set(new Shape(8, 8, 1), 30);
    byte[] packed = gzip(images(set));
    byte[] labels = labels(set);
    assertThatThrownBy(() -> read(Arrays.copyOf(packed, packed.length / 2), labels))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("images: damaged gzip stream: got '");
    assertThatThrownBy(() -> read(Arrays.copyOf(packed, 5), labels))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("images: damaged gzip stream: got '");
    byte[] checksum = packed.clone();
    checksum[packed.length - 6] ^= 1;
    assertThatThrownBy(() -> read(checksum, labels))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("images: damaged gzip stream: got '");
  }

  @Test
  void absurdSidesAllocateNothing() throws IOException {
    ImageSet set = set(new Shape(2, 2, 1), 3);
    byte[] labels = with(labels(set), 4, Integer.MAX_VALUE);
    byte[] images = with(images(set), 4, Integer.MAX_VALUE);
    assertThatThrownBy(() -> read(images, labels))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            "labels: (truncated at offset 11|got 2147483647 bytes of items at offset 4).*");
    refused(
        () -> read(with(with(images(set), 8, 1 << 20), 12, 1 << 20), labels(set)),
        "images: bad sides at offset 8: shape: got 1048576x1048576x1, expected at most 67108864"
            + " values");
    byte[] wide = with(with(images(set), 8, 1 << 13), 12, 1 << 13);
    assertThatThrownBy(() -> read(wide, labels(set)))
        .isInstanceOf(DataException.class)
        .hasMessageMatching("images: (truncated at offset 28|got 201326592 bytes of items).*");
  }

  private static byte[] with(byte[] bytes, int offset, int value) {
    byte[] copy = bytes.clone();
    ByteBuffer.wrap(copy).putInt(offset, value);
    return copy;
  }

  @Test
  void mutatedFilesEndInAClearErrorOrInData() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    ImageSet set = set(new Shape(3, 2, 1), 9);
    byte[] images = images(set);
    byte[] labels = labels(set);
    int data = 0;
    for (int i = 0; i < 12_000; i++) {
      byte[] mutantImages = random.nextBoolean() ? images : mutated(images, random);
      byte[] mutantLabels = random.nextBoolean() ? labels : mutated(labels, random);
      if (random.nextInt(4) == 0) {
        mutantImages = gzip(mutantImages);
        if (random.nextBoolean()) {
          mutantImages = mutated(mutantImages, random);
        }
      }
      try {
        ImageSet back = read(mutantImages, mutantLabels);
        assertThat(Arrays.stream(back.labels())).allMatch(label -> label >= 0 && label < 10);
        data++;
      } catch (DataException e) {
        assertThat(e.getMessage()).matches("(?s)(images|labels): .*got .*").hasSizeLessThan(400);
      }
    }
    assertThat(data).as("mutants that are data: changed pixels").isBetween(1200, 10_800);
  }

  private static byte[] mutated(byte[] good, SplittableRandom random) {
    byte[] mutant =
        switch (random.nextInt(6)) {
          case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
          case 1 -> Arrays.copyOf(good, good.length + random.nextInt(1, 100));
          default -> good.clone();
        };
    for (int edits = random.nextInt(1, 4); edits > 0 && mutant.length > 4; edits--) {
      int at = random.nextInt(mutant.length - 4);
      switch (random.nextInt(3)) {
        case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutant[at] = (byte) random.nextInt();
        default -> ByteBuffer.wrap(mutant).putInt(at, random.nextInt() >> random.nextInt(32));
      }
    }
    return mutant;
  }

  @Test
  void labelsThatDoNotFitAByteAreNotWritten() {
    ImageSet set = new ImageSet(new Shape(1, 1, 1), new byte[2], new int[] {0, 256});
    assertThatThrownBy(() -> IdxWriter.labels(set, new ByteArrayOutputStream()))
        .hasMessage("idx: got label 256 of image 1, expected 0 to 255");
  }
}
