package dev.convoy.spark.report.sparkui;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ui.SparkUITab;
import org.apache.spark.ui.UIUtils;
import scala.Function0;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.xml.Node;

/**
 * Spark's frame of a page: head, tabs and title. Spark 4.0 and 4.1 take two flags for it, 4.2 and
 * 4.3 three; all of them are left off here.
 */
final class SparkPage {
  private static final List<Class<?>> BEFORE_FLAGS =
      List.of(
          HttpServletRequest.class, String.class, Function0.class, SparkUITab.class, Option.class);

  private final Method method;

  /**
   * @throws IllegalStateException if this Spark's is not the one we know
   */
  SparkPage() {
    method =
        Arrays.stream(UIUtils.class.getMethods())
            .filter(candidate -> candidate.getName().equals("headerSparkPage"))
            .filter(candidate -> isKnown(List.of(candidate.getParameterTypes())))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "this Spark frames the pages of its UI in a way that Convoy does not"
                            + " know"));
  }

  private static boolean isKnown(List<Class<?>> types) {
    int flags = BEFORE_FLAGS.size();
    return types.size() >= flags
        && types.subList(0, flags).equals(BEFORE_FLAGS)
        && types.subList(flags, types.size()).stream().allMatch(boolean.class::equals);
  }

  /** The page with {@code content} in its frame. */
  @SuppressWarnings("unchecked")
  Seq<Node> of(
      HttpServletRequest request, String title, Function0<Seq<Node>> content, SparkUITab tab) {
    Object[] arguments = new Object[method.getParameterCount()];
    Arrays.fill(arguments, false);
    Object[] known = {request, title, content, tab, Option.empty()};
    System.arraycopy(known, 0, arguments, 0, known.length);
    try {
      return (Seq<Node>) method.invoke(null, arguments);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("Spark's frame of the page cannot be made", e.getCause());
    }
  }
}
