package dev.convoy.engine.text;

import dev.convoy.engine.error.InvalidInputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One item of a model's text form, {@code name key=value key=value ...}, taken apart. Every key is
 * known, stands once, and its value is read by the method of its type; errors say what was got,
 * what was expected and the nearest valid name.
 */
public final class ItemSyntax {
  /** Kernels, strides and paddings above this are refused: sums of them stay far from overflow. */
  public static final int MAX_SIDE = 1 << 15;

  private static final int SHOWN = 40;
  private static final Pattern WHOLE = Pattern.compile("[0-9]{1,9}");
  private static final Pattern REAL =
      Pattern.compile("[-+]?([0-9]{1,40}(\\.[0-9]{0,40})?|\\.[0-9]{1,40})([eE][-+]?[0-9]{1,3})?");

  private final String name;
  private final Map<String, String> values = new LinkedHashMap<>();

  /** Two values for height and width. */
  public record Pair(int height, int width) {}

  /**
   * @param item name and settings, separated by blanks
   * @param known keys that the item may have
   */
  public ItemSyntax(String item, List<String> known) {
    String[] words = item.trim().split("\\s+");
    name = words[0];
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      String key = equals < 0 ? words[i] : words[i].substring(0, equals);
      if (!known.contains(key)) {
        throw new InvalidInputException(
            name
                + ": got unknown setting "
                + quote(key)
                + ", expected "
                + list(known)
                + NearestName.hint(key, known));
      }
      if (equals < 0) {
        throw new InvalidInputException(
            name + ": got setting " + quote(key) + " without a value, expected " + key + "=VALUE");
      }
      if (values.put(key, words[i].substring(equals + 1)) != null) {
        throw new InvalidInputException(
            name + ": got setting " + quote(key) + " twice, expected it once");
      }
    }
  }

  /** First word of an item. */
  public static String nameOf(String item) {
    return item.trim().split("\\s+", 2)[0];
  }

  /** First word of the item. */
  public String name() {
    return name;
  }

  /** True if the key was given. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** A whole number from 1 to {@code max}; there is no default. */
  public int count(String key, int max, String example) {
    String text = values.get(key);
    if (text == null) {
      throw missing(key, example);
    }
    return whole(key, text, 1, max, "a whole number from 1 to " + max);
  }

  /** {@code HEIGHTxWIDTH}, or one number for both; {@code fallback} if absent (null: required). */
  public Pair pair(String key, Pair fallback) {
    String text = values.get(key);
    if (text == null && fallback != null) {
      return fallback;
    }
    if (text == null) {
      throw missing(key, "3x3");
    }
    return pair(key, text, 1, "HEIGHTxWIDTH or one number, each from 1 to " + MAX_SIDE);
  }

  private Pair pair(String key, String text, int min, String expected) {
    String[] parts = text.split("x", -1);
    if (parts.length > 2) {
      throw wrong(key, text, expected);
    }
    int height = whole(key, parts[0], min, MAX_SIDE, expected);
    int width = parts.length == 1 ? height : whole(key, parts[1], min, MAX_SIDE, expected);
    return new Pair(height, width);
  }

  /** Cells on each side: top, bottom, left, right; or null if the value is not numeric. */
  public int[] sides(String key, String expected) {
    String text = values.get(key);
    if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
      return null;
    }
    String[] parts = text.split(",", -1);
    if (parts.length == 4) {
      int[] sides = new int[4];
      for (int i = 0; i < 4; i++) {
        sides[i] = whole(key, parts[i], 0, MAX_SIDE, expected);
      }
      return sides;
    }
    Pair pair = pair(key, text, 0, expected);
    return new int[] {pair.height, pair.height, pair.width, pair.width};
  }

  /** True or false. */
  public boolean flag(String key, boolean fallback) {
    String text = values.getOrDefault(key, Boolean.toString(fallback));
    if (!text.equals("true") && !text.equals("false")) {
      throw wrong(key, text, "true or false");
    }
    return text.equals("true");
  }

  /** A finite decimal number. */
  public float real(String key, Float fallback, String example) {
    String text = values.get(key);
    if (text == null) {
      if (fallback != null) {
        return fallback;
      }
      throw missing(key, example);
    }
    float value = REAL.matcher(text).matches() ? Float.parseFloat(text) : Float.NaN;
    if (!Float.isFinite(value)) {
      throw wrong(key, text, "a number such as " + example);
    }
    return value;
  }

  /** The constant of {@code fallback}'s type that is meant: their names in small letters. */
  public <E extends Enum<E>> E word(String key, E fallback) {
    E[] values = fallback.getDeclaringClass().getEnumConstants();
    List<String> names = Arrays.stream(values).map(ItemSyntax::lower).toList();
    return values[word(key, fallback.ordinal(), names)];
  }

  /** The name of a constant in small letters, as it stands in the text form. */
  public static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** One of the words in {@code choices}, as its index. */
  public int word(String key, int fallback, List<String> choices) {
    String text = values.get(key);
    if (text == null) {
      return fallback;
    }
    int index = choices.indexOf(text);
    if (index < 0) {
      throw new InvalidInputException(
          wrong(key, text, list(choices)).getMessage() + NearestName.hint(text, choices));
    }
    return index;
  }

  /** What was given, which must not be empty. */
  public String text(String key) {
    if (values.get(key).isEmpty()) {
      throw wrong(key, "", "a name");
    }
    return values.get(key);
  }

  /** Names, commas between. */
  public List<String> names(String key) {
    List<String> names = List.of(values.get(key).split(",", -1));
    if (names.contains("")) {
      throw wrong(key, values.get(key), "a name, or several with commas between");
    }
    return names;
  }

  private int whole(String key, String text, int min, int max, String expected) {
    int value = WHOLE.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (value < min || value > max) {
      throw wrong(key, values.get(key), expected);
    }
    return value;
  }

  private InvalidInputException missing(String key, String example) {
    String setting = name + " " + key + "=" + example;
    return new InvalidInputException(
        name + ": got no " + key + ", expected it, for example '" + setting + "'");
  }

  private IllegalArgumentException wrong(String key, String got, String expected) {
    return new InvalidInputException(
        name + ": got " + key + "=" + show(got) + ", expected " + expected);
  }

  /** {@code text} in quotes, cut and with control characters replaced: fit for a message. */
  public static String quote(String text) {
    return "'" + show(text) + "'";
  }

  private static String show(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return text.length() > SHOWN ? shown + "..." : shown.toString();
  }

  /** {@code a, b or c}. */
  public static String list(List<String> names) {
    if (names.isEmpty()) {
      return "no settings";
    }
    String last = names.get(names.size() - 1);
    return names.size() == 1
        ? last
        : String.join(", ", names.subList(0, names.size() - 1)) + " or " + last;
  }
}
