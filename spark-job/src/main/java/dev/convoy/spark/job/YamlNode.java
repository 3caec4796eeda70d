package dev.convoy.spark.job;

import java.util.List;

/** What a YAML file says, before anything is made of it: text, lists and mappings with lines. */
sealed interface YamlNode {

  /** Where the node starts. */
  Place place();

  /** What a user would call it. */
  String kind();

  /**
   * @param text as written, escapes resolved
   * @param plain true if it stood without quotes
   */
  record Scalar(Place place, String text, boolean plain) implements YamlNode {
    @Override
    public String kind() {
      return isEmpty() ? "nothing" : "'" + Texts.shorten(text) + "'";
    }

    /** True if nothing was written, as in {@code key:} with no value. */
    boolean isEmpty() {
      return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }
  }

  /** A list. */
  record Sequence(Place place, List<YamlNode> items) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A mapping; no key stands in it twice. */
  record Mapping(Place place, List<Entry> entries) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /** One line of a mapping. */
  record Entry(Scalar key, YamlNode value) {}
}
