package dev.convoy.spark.report.sparkui;

import dev.convoy.spark.report.WebResources;
import dev.convoy.spark.train.event.TrainListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.SparkUITab;
import org.apache.spark.ui.UIUtils;
import org.apache.spark.ui.WebUIPage;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction0;
import scala.xml.Node;
import scala.xml.Unparsed;

/**
 * The tab 'Training' in Spark's UI: progress, curves, current rates, who does the work, the last
 * checkpoint and the hash. The page asks for {@code training/data} once a second.
 *
 * <p>Most of what it is made of is not public in Spark, and may be otherwise in another version:
 * whoever attaches it must live without it.
 */
public final class TrainingTab extends SparkUITab {
  private static final String PREFIX = "training";
  private static final String DATA = "/" + PREFIX + "/data";

  private TrainingTab(SparkUI ui) {
    super(ui, PREFIX);
    attachPage(new Page(this));
  }

  /**
   * Attaches the tab to a running application, if it has a UI, and has the run's events written to
   * Spark's event log.
   *
   * @param name of the run
   * @return what must hear the run's events
   * @throws LinkageError or RuntimeException if this Spark is not the one we know
   */
  public static TrainListener attach(SparkContext spark, String name) {
    Option<SparkUI> ui = spark.ui();
    if (ui.isDefined()) {
      TabState state = new TabState();
      spark.addSparkListener(state);
      attach(ui.get(), state::view);
    }
    return new TabFeed(name, spark.listenerBus()::post, System::currentTimeMillis);
  }

  static void attach(SparkUI ui, Supplier<String> view) {
    ui.attachTab(new TrainingTab(ui));
    // Not by a handler of our making: Jetty's type for it is another one from Spark 4.2 on.
    ui.attachHandler(ui.basePath() + DATA, new Data(view), "/");
  }

  /** The state as JSON. */
  private static final class Data extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private final transient Supplier<String> view;

    Data(Supplier<String> view) {
      this.view = view;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setContentType("application/json;charset=utf-8");
      response.setHeader("Cache-Control", "no-cache, no-store, must-revalidate");
      response.getOutputStream().write(view.get().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The page: an empty frame, and the scripts that fill it. */
  private static final class Page extends WebUIPage {
    private final TrainingTab tab;
    private final SparkPage frame = new SparkPage();

    Page(TrainingTab tab) {
      super("");
      this.tab = tab;
    }

    @Override
    public Seq<Node> render(HttpServletRequest request) {
      String address = UIUtils.prependBaseUri(request, tab.basePath(), DATA);
      String html =
          WebResources.text("web/training.html")
              .replace("<!--address-->", WebResources.escaped(address))
              .replace("/*style*/", WebResources.text("web/style.css"))
              .replace("/*chart.js*/", WebResources.chartLibrary())
              .replace("/*charts*/", WebResources.text("web/charts.js"))
              .replace("/*training*/", WebResources.text("web/training.js"));
      AbstractFunction0<Seq<Node>> content =
          new AbstractFunction0<>() {
            @Override
            public Seq<Node> apply() {
              return CollectionConverters.asScala(List.<Node>of(new Unparsed(html))).toSeq();
            }
          };
      return frame.of(request, "Training", content, tab);
    }
  }
}
