package dev.convoy.spark.job;

import dev.convoy.spark.data.source.OnDamaged;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a job file and the command line say, key by key, each with its place; the last word counts.
 * Types and limits are checked when a value is put in, so reading cannot fail.
 */
public final class Settings {
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,19}");
  private static final Pattern REAL =
      Pattern.compile("[-+]?([0-9]{1,40}(\\.[0-9]{0,40})?|\\.[0-9]{1,40})([eE][-+]?[0-9]{1,3})?");

  private final String source;
  private final Map<Key, YamlNode> given = new EnumMap<>(Key.class);

  /** Nothing said yet; {@code source} names the job file in messages about what is missing. */
  Settings(String source) {
    this.source = source;
  }

  /**
   * Takes over everything in {@code node}, whose keys are dotted names or nested mappings.
   *
   * @param prefix of the names in {@code node}, empty or ending in a dot
   * @param names keys seen in the same source, to refuse the second mention
   */
  void putAll(YamlNode node, String prefix, Map<Key, Place> names) {
    String group = prefix.isEmpty() ? "the job file" : prefix.substring(0, prefix.length() - 1);
    if (node instanceof YamlNode.Scalar scalar && scalar.isEmpty()) {
      return;
    }
    if (!(node instanceof YamlNode.Mapping mapping)) {
      throw node.place()
          .error(
              group + ": got " + node.kind() + ", expected a mapping such as " + example(prefix));
    }
    for (YamlNode.Entry entry : mapping.entries()) {
      String name = prefix + entry.key().text();
      Key key = Key.named(name).orElse(null);
      if (key != null) {
        Place earlier = names.putIfAbsent(key, entry.key().place());
        if (earlier != null) {
          throw entry.key().place().error(name + " stands here twice, first at " + earlier);
        }
        put(key, entry.value());
      } else if (Key.isGroup(name)) {
        putAll(entry.value(), name + ".", names);
      } else {
        throw unknown(entry.key().place(), name);
      }
    }
  }

  /** One value from the command line; text that a file would hold behind {@code name:}. */
  void override(Place place, String name, String value) {
    Key key = Key.named(name).orElse(null);
    if (key != null && !key.kind().isTree()) {
      put(key, new YamlNode.Scalar(place, value, true));
    } else if (key != null) {
      put(key, YamlReader.read(value, place.source()));
    } else if (Key.isGroup(name)) {
      putAll(YamlReader.read(value, place.source()), name + ".", new EnumMap<>(Key.class));
    } else {
      throw unknown(place, name);
    }
  }

  private static UserError unknown(Place place, String name) {
    String hint = Texts.hint(name, Key.namesAndGroups());
    String group = name.contains(".") ? name.substring(0, name.indexOf('.')) : "";
    List<String> known = Key.names().stream().filter(k -> k.startsWith(group + ".")).toList();
    String valid = known.isEmpty() ? groups() : String.join(", ", known);
    return place.error(
        "unknown key '"
            + Texts.shorten(name)
            + "'"
            + (hint.isEmpty() ? "; valid: " + valid : hint));
  }

  private static String groups() {
    return String.join(
        ", ", Key.names().stream().map(n -> n.substring(0, n.indexOf('.'))).distinct().toList());
  }

  private static String example(String prefix) {
    String name = Key.names().stream().filter(n -> n.startsWith(prefix)).findFirst().orElse("");
    String last = name.substring(prefix.length());
    return "'"
        + last.replace(".", ": ")
        + ": "
        + Key.named(name).map(Key::standard).orElse("")
        + "'";
  }

  private void put(Key key, YamlNode value) {
    if (key.kind() == Key.Kind.LAYERS) {
      if (!(value instanceof YamlNode.Sequence)) {
        throw wrong(key, value, "a list of layers");
      }
    } else if (key.kind() == Key.Kind.NAMED) {
      if (!(value instanceof YamlNode.Mapping)) {
        throw wrong(key, value, "a mapping of names, " + key.about());
      }
    } else {
      check(key, value);
    }
    given.put(key, value);
  }

  private static void check(Key key, YamlNode value) {
    String expected = expected(key);
    if (!(value instanceof YamlNode.Scalar scalar)
        || scalar.isEmpty() && key.kind() != Key.Kind.TEXT) {
      throw wrong(key, value, expected);
    }
    String text = scalar.text();
    boolean right =
        switch (key.kind()) {
          case TEXT -> text.chars().noneMatch(Character::isISOControl);
          case CHOICE -> key.choices().contains(text);
          case BOOLEAN -> scalar.plain() && (text.equals("true") || text.equals("false"));
          case INTEGER, LONG -> scalar.plain() && WHOLE.matcher(text).matches() && fits(key, text);
          default -> scalar.plain() && REAL.matcher(text).matches() && fits(key, text);
        };
    if (!right) {
      String hint = key.kind() == Key.Kind.CHOICE ? Texts.hint(text, key.choices()) : "";
      boolean quotedOnly = !scalar.plain() && key.kind() != Key.Kind.CHOICE;
      throw wrong(key, value, expected + (quotedOnly ? " without quotes" : "") + hint);
    }
  }

  private static boolean fits(Key key, String text) {
    if (key.kind() == Key.Kind.REAL) {
      double value = Double.parseDouble(text);
      Limits limits = Limits.parse(key.limits());
      boolean single = Float.isFinite((float) value) && limits.contains((float) value);
      return single && limits.contains(value);
    }
    try {
      long value = Long.parseLong(text);
      return Limits.parse(key.limits()).contains(value)
          && (key.kind() == Key.Kind.LONG || value <= Integer.MAX_VALUE);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String expected(Key key) {
    return switch (key.kind()) {
      case TEXT -> "text on one line";
      case CHOICE -> Texts.list(key.choices());
      case BOOLEAN -> "true or false";
      case INTEGER, LONG -> "a whole number" + Limits.parse(key.limits()).words();
      default -> "a number" + Limits.parse(key.limits()).words();
    };
  }

  private static UserError wrong(Key key, YamlNode value, String expected) {
    boolean named = value.place().source().endsWith(key.dotted());
    return value
        .place()
        .error(
            (named ? "" : key.dotted() + ": ") + "got " + value.kind() + ", expected " + expected);
  }

  /** True if the key was given, not left to its default. */
  public boolean isGiven(Key key) {
    return given.containsKey(key);
  }

  /** Where the key was given, or the job file where it was not. */
  public Place place(Key key) {
    YamlNode node = given.get(key);
    return node == null ? new Place(source, 0) : node.place();
  }

  /** What becomes of image files that cannot be used. */
  public OnDamaged onDamaged() {
    return OnDamaged.valueOf(text(Key.DATA_ON_DAMAGED).toUpperCase(Locale.ROOT));
  }

  /** Value of a key, as text. */
  public String text(Key key) {
    YamlNode node = given.get(key);
    if (node instanceof YamlNode.Scalar scalar) {
      return scalar.isEmpty() ? "" : scalar.text();
    }
    return key == Key.OPTIMIZER_LEARNING_RATE
        ? OptimizerType.of(this).learningRate()
        : key.standard();
  }

  /** Value of a key of whole numbers. */
  public int integer(Key key) {
    return Integer.parseInt(text(key));
  }

  /** Value of a key of long whole numbers. */
  public long longInteger(Key key) {
    return Long.parseLong(text(key));
  }

  /** Value of a key of numbers. */
  public double real(Key key) {
    return Double.parseDouble(text(key));
  }

  /** Value of a key of numbers, in single precision. */
  public float single(Key key) {
    return Float.parseFloat(text(key));
  }

  /** Value of a key that is true or false. */
  public boolean flag(Key key) {
    return Boolean.parseBoolean(text(key));
  }

  /** The mapping of a key of {@link Key.Kind#NAMED}, empty if there is none. */
  List<YamlNode.Entry> named(Key key) {
    return given.get(key) instanceof YamlNode.Mapping mapping ? mapping.entries() : List.of();
  }

  /** The list of {@link Key#MODEL_LAYERS}, empty if there is none. */
  List<YamlNode> layers() {
    return given.get(Key.MODEL_LAYERS) instanceof YamlNode.Sequence sequence
        ? sequence.items()
        : new ArrayList<>();
  }
}
