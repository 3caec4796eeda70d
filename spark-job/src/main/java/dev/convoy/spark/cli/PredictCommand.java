package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.spark.data.DataLocation;
import dev.convoy.spark.data.OrderedExamples;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.predict.ForwardPass;
import dev.convoy.spark.predict.ModelOutput;
import dev.convoy.spark.predict.PredictionFormat;
import dev.convoy.spark.report.console.ConsoleProgress.Detail;
import dev.convoy.spark.report.console.Terminal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code convoy predict}. */
@Command(
    name = "predict",
    description =
        "Writes the class and the probabilities that a network gives to each example, or draws images"
            + " with them.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    footerHeading = "%nBesides what there is to train on, --data may be%n",
    footer = {
      "  a file of images in IDX, or a folder of images, in any folders within or none",
      "",
      "A line or row an example, in their order:",
      "  CSV      index,name,label,prediction,p0,p1 ... after a header line",
      "  JSON     {\"index\":0,\"name\":\"a.png\",\"label\":7,\"prediction\":7,",
      "            \"probabilities\":[...]}",
      "  Parquet  the same columns, the probabilities as an array",
      "The name is an image's file, a row's key (data.columns.key), or file and place.",
      "There is no label where the data has none, or one that the model has no output",
      "for, and a class where the model knows the names of its classes. Of several",
      "outputs the columns are called NAME.label and so on; JSON and Parquet have an",
      "object for each, called NAME, or NAME.0, NAME.1 ... by the output's number if",
      "another column is called so.",
      "",
      "Examples:",
      "  convoy predict --model runs/1 --output predictions.csv",
      "  convoy predict --model runs/1 seven.png eight.jpg",
      "  convoy predict --model runs/1 --data photos --output hdfs:///p.parquet",
      "  convoy predict --model runs/1 --data images-idx3-ubyte.gz > predictions.csv",
      "  convoy predict --model runs/1 --data table:new --set data.columns.key=id \\",
      "      --output p.json"
    })
final class PredictCommand extends BaseCommand {
  /** Most that a task brings back, about, and what a probability takes of it. */
  private static final int LINES_BYTES = 4 << 20;

  private static final int NUMBER_BYTES = 14;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      required = true,
      description = "Model file, or the folder of a run.")
  private String model;

  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "File to write, on any Hadoop file system: .csv, or .json or .jsonl for JSON; or a folder"
              + " NAME.parquet. Default: CSV on standard output.")
  private String output;

  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      description =
          "PNG, JPEG, GIF or BMP files: drawn on the console with their probabilities. Needs no"
              + " Spark.")
  private List<String> images = new ArrayList<>();

  @Mixin private SparkOptions spark;

  @Override
  void run() throws Exception {
    if (!images.isEmpty() && (data.areGiven() || output != null)) {
      throw new UserError(
          "got IMAGE files together with --data, --set or --output, expected either; images are"
              + " shown on the console");
    }
    spark.check();
    data.expectDataKeysOnly();
    PredictionOutput target = new PredictionOutput(output);
    ModelOption.Found found = ModelOption.read("--model", model);
    if (!images.isEmpty()) {
      show(found.model());
      return;
    }
    DataLocation location =
        data.testData(found.run(), found.model().spec()).numbered(found.model().classNames());
    target.check();
    spark.run(
        "convoy predict",
        this,
        context -> {
          predict(context, found.model(), location, target);
          if (output != null) {
            note("predictions in " + output);
          }
        });
  }

  private void show(TrainedModel trained) {
    Network network = new Network(trained.spec());
    expectOneInput(trained.spec());
    List<ModelOutput> heads = ModelOutput.of(network);
    Workspace workspace = network.newWorkspace(1, false);
    network.load(trained.weights(), workspace);
    Batch batch = network.newBatch(1);
    float[] table = trained.spec().normalization().table();
    float[] outputs = new float[network.outputs()];
    // Classes have names if they were folders of image files, which training took as they are.
    boolean strokes = trained.classNames().isEmpty();
    for (String name : images) {
      ImageFile image = ImageFile.read(name, trained.spec().input(), strokes);
      batch.clear();
      batch.add(image.pixels(), 0, table, 0, 0);
      network.predict(batch, workspace, outputs);
      String inverted = image.inverted() ? "  (inverted)" : "";
      for (ModelOutput head : heads) {
        String of = heads.size() == 1 ? ": " : ": " + head.name() + " ";
        int predicted = head.predicted(outputs, 0);
        boolean named = heads.size() == 1 && predicted < trained.classNames().size();
        String called = named ? " " + trained.classNames().get(predicted) : "";
        out().println(name + of + predicted + called + inverted);
        if (detail() != Detail.QUIET) {
          float[] own = Arrays.copyOfRange(outputs, head.first(), head.first() + head.size());
          List<String> names = heads.size() == 1 ? trained.classNames() : List.of();
          ImageView.lines(image, own, names, Terminal.detect().style()).forEach(out()::println);
        }
      }
    }
  }

  private static void expectOneInput(ModelSpec spec) {
    if (spec.inputs().size() > 1) {
      throw new UserError(
          "got IMAGE files for a model of "
              + spec.inputs().size()
              + " inputs, expected --data with a folder of IDX files, one for each input");
    }
  }

  private void predict(
      SparkContext context, TrainedModel model, DataLocation location, PredictionOutput target) {
    List<ModelOutput> heads = ModelOutput.of(new Network(model.spec()));
    try (OrderedExamples examples = open(context, model, location)) {
      examples.notes().forEach(this::warn);
      PredictionFormat format =
          new PredictionFormat(
              target.kind(), heads, examples.labelled(), model.classNames(), examples.nameColumn());
      ForwardPass.Recipe recipe = ForwardPass.Recipe.send(context, model);
      try {
        target.write(examples, recipe.watching(context, model.range(), this::warn), format, out());
      } finally {
        recipe.close();
      }
    }
  }

  private OrderedExamples open(SparkContext context, TrainedModel model, DataLocation location) {
    int most =
        Math.max(64, LINES_BYTES / (40 + NUMBER_BYTES * new Network(model.spec()).outputs()));
    return OrderedExamples.open(
        context, location, DataPart.TEST, data.isGiven(Key.DATA_LABEL), most);
  }
}
