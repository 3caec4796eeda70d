package dev.convoy.spark.ml;

import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.Limits;
import java.io.Serializable;
import java.util.List;
import scala.runtime.AbstractFunction1;

/** Documentation and limits of Params out of the keys that they stand for. */
final class KeyParams {
  private KeyParams() {}

  /** What {@code explainParams} says. */
  static String doc(Key key) {
    String values =
        key.kind() == Key.Kind.CHOICE
            ? String.join(", ", key.choices())
            : "a number" + Limits.parse(key.limits()).words();
    return key.about()
        + "; "
        + values
        + "; if not set, what the model's job says, else "
        + key.standard();
  }

  static AbstractFunction1<Object, Object> within(Key key) {
    return new Within(Limits.parse(key.limits()));
  }

  static AbstractFunction1<Object, Object> above(double low) {
    return new Within(new Limits(low, true, Double.POSITIVE_INFINITY, true));
  }

  static AbstractFunction1<String, Object> oneOf(Key key) {
    return new OneOf(key.choices());
  }

  private static final class Within extends AbstractFunction1<Object, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final Limits limits;

    Within(Limits limits) {
      this.limits = limits;
    }

    @Override
    public Object apply(Object value) {
      return limits.contains(((Number) value).doubleValue());
    }
  }

  private static final class OneOf extends AbstractFunction1<String, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final List<String> words;

    OneOf(List<String> words) {
      this.words = words;
    }

    @Override
    public Object apply(String value) {
      return words.contains(value);
    }
  }
}
