package dev.convoy.spark.report.page;

import static dev.convoy.spark.report.WebResources.text;

import dev.convoy.spark.report.WebResources;
import java.util.List;

/**
 * One page, without any other file or network: a run, or several beside each other. The page is a
 * template with its style, its scripts and the data put in.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /** What the page's script gets. */
  private record Page(boolean comparison, List<RunReport> runs) {}

  /** The page of one run. */
  public static String of(RunReport run) {
    return page(run.name(), new Page(false, List.of(run)));
  }

  /** The page that lays the curves of several runs over each other. */
  public static String comparison(List<RunReport> runs) {
    String names = String.join(" and ", runs.stream().map(RunReport::name).toList());
    return page(names, new Page(true, List.copyOf(runs)));
  }

  private static String page(String title, Page page) {
    return text("web/report.html")
        .replace("<!--title-->", WebResources.escaped(title))
        .replace("/*style*/", text("web/style.css"))
        .replace("/*chart.js*/", WebResources.chartLibrary())
        .replace("/*charts*/", text("web/charts.js"))
        .replace("/*network*/", text("web/network.js"))
        .replace("/*report*/", text("web/report.js"))
        .replace("/*data*/", WebResources.json(page));
  }
}
