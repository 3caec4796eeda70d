package dev.convoy.spark.cli;

import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.StepLines;
import dev.convoy.spark.report.page.HtmlReport;
import dev.convoy.spark.run.RunReader;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code convoy report}. */
@Command(
    name = "report",
    description =
        "Draws a run as one HTML page, or lays several runs over each other. Needs no Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  convoy report runs/1                    (writes runs/1/report.html)",
      "  convoy report --compare runs/1 runs/2   (writes comparison.html)",
      "  convoy report runs/1 --output page.html",
      "train writes a run's page when it ends; evaluate --output writes it anew."
    })
final class ReportCommand extends BaseCommand {
  @Parameters(
      paramLabel = "DIR",
      arity = "0..*",
      description = "Folder of a run, on any Hadoop file system.")
  private List<String> runs = List.of();

  @Option(names = "--compare", description = "Lay the curves of two or more runs over each other.")
  private boolean compare;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "The page. Default: report.html in DIR, or comparison.html in the current folder.")
  private String output;

  @Option(
      names = "--schema",
      description = "Print the JSON Schema of the lines of metrics.jsonl, and nothing else.")
  private boolean schema;

  @Override
  void run() {
    if (schema) {
      out().print(StepLines.schema());
      return;
    }
    if (compare ? runs.size() < 2 : runs.size() != 1) {
      throw new UserError(
          "got "
              + runs.size()
              + " folders of runs, expected "
              + (compare ? "two or more to compare" : "one; --compare takes several"));
    }
    String target = output;
    if (compare) {
      target = output == null ? "comparison.html" : output;
      RunReader.write(target, HtmlReport.comparison(runs.stream().map(RunReader::read).toList()));
    } else if (output == null) {
      target = RunReader.writeReport(runs.get(0));
    } else {
      RunReader.write(target, HtmlReport.of(RunReader.read(runs.get(0))));
    }
    out().println("report  " + target);
  }
}
