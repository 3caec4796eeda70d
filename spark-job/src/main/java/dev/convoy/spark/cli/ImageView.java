package dev.convoy.spark.cli;

import dev.convoy.spark.report.Figures;
import dev.convoy.spark.report.console.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws an image on the console, and beside it the probabilities of the classes as bars. */
final class ImageView {
  private static final String LETTERS = " .:-=+*#%@";
  private static final String SHADES = " \u2591\u2592\u2593\u2588";
  private static final String EIGHTHS = "\u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588";
  private static final String UPPER_HALF = "\u2580";
  private static final String BEST_COLOUR = "\u001b[32m";
  private static final String NO_COLOUR = "\u001b[0m";

  /** The first of xterm's 24 greys. */
  private static final int BLACK = 232;

  private static final int GREYS = 24;
  private static final int WIDEST = 40;
  private static final int BAR = 24;
  private static final int SHOWN = 10;

  private final ImageFile image;
  private final Terminal.Style style;
  private final int step;

  private ImageView(ImageFile image, Terminal.Style style) {
    this.image = image;
    this.style = style;
    this.step = Math.max(1, (image.shape().width() + WIDEST - 1) / WIDEST);
  }

  /**
   * Lines of text, at most 80 columns unless names are long.
   *
   * @param names of the classes; empty if they have none
   */
  static List<String> lines(
      ImageFile image, float[] probabilities, List<String> names, Terminal.Style style) {
    ImageView view = new ImageView(image, style);
    List<String> picture = view.picture();
    List<String> bars = view.bars(probabilities, names);
    int columns = (image.shape().width() + view.step - 1) / view.step;
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < Math.max(picture.size(), bars.size()); i++) {
      String left = i < picture.size() ? picture.get(i) : " ".repeat(columns);
      String right = i < bars.size() ? bars.get(i) : "";
      lines.add((left + "   " + right).stripTrailing());
    }
    return lines;
  }

  /** A letter is twice as high as wide, so it stands for two rows. */
  private List<String> picture() {
    List<String> rows = new ArrayList<>();
    for (int y = 0; y < image.shape().height(); y += 2 * step) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < image.shape().width(); x += step) {
        row.append(cell(y, x));
      }
      rows.add(row + (style == Terminal.Style.COLOUR ? NO_COLOUR : ""));
    }
    return rows;
  }

  private String cell(int y, int x) {
    if (style == Terminal.Style.COLOUR) {
      return "\u001b[38;5;" + grey(y, x) + ";48;5;" + grey(y + step, x) + "m" + UPPER_HALF;
    }
    String ramp = style == Terminal.Style.UNICODE ? SHADES : LETTERS;
    return String.valueOf(ramp.charAt(brightness(y, x, 2 * step) * (ramp.length() - 1) / 255));
  }

  private int grey(int y, int x) {
    return BLACK + brightness(y, x, step) * (GREYS - 1) / 255;
  }

  /** Mean over a part of the image; black beyond its lower edge. */
  private int brightness(int y, int x, int height) {
    int sum = 0;
    int count = 0;
    for (int i = y; i < Math.min(image.shape().height(), y + height); i++) {
      for (int j = x; j < Math.min(image.shape().width(), x + step); j++) {
        sum += image.brightness(i, j);
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  private List<String> bars(float[] probabilities, List<String> names) {
    List<Integer> classes = new ArrayList<>();
    int best = 0;
    for (int i = 0; i < probabilities.length; i++) {
      classes.add(i);
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    if (classes.size() > SHOWN) {
      classes.sort((a, b) -> Float.compare(probabilities[b], probabilities[a]));
      classes = classes.subList(0, SHOWN);
    }
    int width = classes.stream().mapToInt(c -> name(c, names).length()).max().orElse(0);
    List<String> bars = new ArrayList<>();
    for (int label : classes) {
      float p = probabilities[label];
      String bar = bar(Math.max(0, Math.min(1, p)));
      String line =
          String.format(
              Locale.ROOT,
              "%4d%s %9s  %s",
              label,
              padded(name(label, names), width),
              Figures.percent(p),
              bar);
      boolean coloured = style == Terminal.Style.COLOUR && label == best;
      bars.add(coloured ? BEST_COLOUR + line + NO_COLOUR : line);
    }
    return bars;
  }

  /** A blank and the name, blanks behind it; nothing if no class has a name. */
  private static String padded(String name, int width) {
    return width == 0 ? "" : " " + name + " ".repeat(width - name.length());
  }

  private static String name(int label, List<String> names) {
    return label < names.size() ? names.get(label) : "";
  }

  private String bar(float share) {
    if (style == Terminal.Style.ASCII) {
      return "#".repeat(Math.round(share * BAR));
    }
    int eighths = Math.round(share * BAR * EIGHTHS.length());
    int rest = eighths % EIGHTHS.length();
    return "\u2588".repeat(eighths / EIGHTHS.length())
        + (rest == 0 ? "" : EIGHTHS.substring(rest - 1, rest));
  }
}
