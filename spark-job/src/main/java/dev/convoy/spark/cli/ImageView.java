package dev.convoy.spark.cli;

import dev.convoy.spark.report.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws an image with letters, and beside it the probabilities of the classes as bars. */
final class ImageView {
  private static final String RAMP = " .:-=+*#%@";
  private static final int WIDEST = 40;
  private static final int BAR = 24;
  private static final int SHOWN = 10;

  private ImageView() {}

  /** Lines of text, at most 80 columns. */
  static List<String> lines(ImageFile image, float[] probabilities) {
    List<String> picture = picture(image);
    List<String> bars = bars(probabilities);
    int width = picture.stream().mapToInt(String::length).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < Math.max(picture.size(), bars.size()); i++) {
      String left = i < picture.size() ? picture.get(i) : "";
      String right = i < bars.size() ? bars.get(i) : "";
      lines.add((left + " ".repeat(width - left.length()) + "   " + right).stripTrailing());
    }
    return lines;
  }

  /** A letter is twice as high as wide, so it stands for two rows. */
  private static List<String> picture(ImageFile image) {
    int height = image.shape().height();
    int width = image.shape().width();
    int step = Math.max(1, (width + WIDEST - 1) / WIDEST);
    List<String> rows = new ArrayList<>();
    for (int y = 0; y < height; y += 2 * step) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < width; x += step) {
        int sum = 0;
        int count = 0;
        for (int i = y; i < Math.min(height, y + 2 * step); i++) {
          for (int j = x; j < Math.min(width, x + step); j++) {
            sum += image.brightness(i, j);
            count++;
          }
        }
        row.append(RAMP.charAt(sum * (RAMP.length() - 1) / (count * 255)));
      }
      rows.add(row.toString());
    }
    return rows;
  }

  private static List<String> bars(float[] probabilities) {
    List<Integer> classes = new ArrayList<>();
    for (int i = 0; i < probabilities.length; i++) {
      classes.add(i);
    }
    if (classes.size() > SHOWN) {
      classes.sort((a, b) -> Float.compare(probabilities[b], probabilities[a]));
      classes = classes.subList(0, SHOWN);
    }
    List<String> bars = new ArrayList<>();
    for (int label : classes) {
      float p = probabilities[label];
      int length = Math.max(0, Math.min(BAR, Math.round(p * BAR)));
      bars.add(
          String.format(Locale.ROOT, "%4d %9s  %s", label, Figures.percent(p), "#".repeat(length)));
    }
    return bars;
  }
}
