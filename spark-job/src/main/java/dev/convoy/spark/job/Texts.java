package dev.convoy.spark.job;

import dev.convoy.engine.text.NearestName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small helpers for messages. */
public final class Texts {
  private static final int LONGEST = 60;

  private Texts() {}

  /** {@code text} on one line and short enough for a message. */
  public static String shorten(String text) {
    StringBuilder clean = new StringBuilder();
    for (int i = 0; i < text.length() && clean.length() <= LONGEST; i++) {
      char c = text.charAt(i);
      clean.append(Character.isISOControl(c) ? ' ' : c);
    }
    return clean.length() > LONGEST ? clean.substring(0, LONGEST - 3) + "..." : clean.toString();
  }

  /** What {@code e} says, without what follows on further lines. */
  public static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    boolean bare = message.isEmpty() || message.equals("null");
    return bare ? e.getClass().getSimpleName() : message;
  }

  /**
   * The words {@code ; did you mean 'training.batchSize'?}, or nothing if no known name is close.
   * The last segment counts most: {@code batchSize} alone, or in the wrong group, finds its key.
   */
  public static String hint(String got, Collection<String> known) {
    Map<String, String> siblings = new LinkedHashMap<>();
    Map<String, String> all = new LinkedHashMap<>();
    String group = got.substring(0, got.length() - tail(got).length());
    for (String name : known) {
      all.putIfAbsent(tail(name), name);
      if (name.startsWith(group)) {
        siblings.putIfAbsent(tail(name), name);
      }
    }
    String nearest = group.isEmpty() ? NearestName.of(got, known) : null;
    if (nearest == null) {
      nearest = siblings.get(NearestName.of(tail(got), siblings.keySet()));
    }
    if (nearest == null) {
      nearest = all.get(NearestName.of(tail(got), all.keySet()));
    }
    return nearest == null ? "" : "; did you mean '" + nearest + "'?";
  }

  private static String tail(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** {@code a, b or c}. */
  public static String list(List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }
}
