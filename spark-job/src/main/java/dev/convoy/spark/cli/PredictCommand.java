package dev.convoy.spark.cli;

import dev.convoy.engine.data.Batch;
import dev.convoy.engine.network.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.TrainedModel;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.Dataset;
import dev.convoy.spark.data.PackedShard;
import dev.convoy.spark.job.Key;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.report.ConsoleProgress.Detail;
import dev.convoy.spark.report.Terminal;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
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
    footerHeading = "%nA line an example, in their order:%n",
    footer = {
      "  CSV   index,label,prediction,p0,p1 ... after a header line",
      "  JSON  {\"index\":0,\"label\":7,\"prediction\":7,\"probabilities\":[...]}",
      "The label is left out where the data has none. Of several outputs the columns",
      "are called NAME.label and so on; JSON has an object for each.",
      "",
      "Examples:",
      "  convoy predict --model runs/1 --output predictions.csv",
      "  convoy predict --model runs/1 seven.png eight.jpg",
      "  convoy predict --model runs/1 --data images-idx3-ubyte.gz > predictions.csv",
      "  convoy predict --model runs/1 --data hdfs:///mnist --output hdfs:///p.json"
    })
final class PredictCommand extends BaseCommand {
  @Option(
      names = "--model",
      paramLabel = "PATH",
      required = true,
      description = "Model file, or the folder of a run.")
  private String model;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "An IDX file of images; or a folder of IDX files or embedded:mnist, whose test part is"
              + " predicted. Default: the data of the run.")
  private String data;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "File to write, on any Hadoop file system: .csv, or .json or .jsonl for JSON. Default:"
              + " CSV on standard output.")
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
    if (!images.isEmpty() && (data != null || output != null)) {
      throw new UserError(
          "got IMAGE files together with --data or --output, expected either; images are shown on"
              + " the console");
    }
    spark.check();
    boolean json = json();
    ModelOption.Found found = ModelOption.read("--model", model);
    if (!images.isEmpty()) {
      show(found.model());
      return;
    }
    String path = data == null ? found.data().orElse(Key.DATA_PATH.standard()) : data;
    SparkContext context = spark.start("convoy predict", this);
    try {
      Predictions all = predict(context, found.model(), path);
      write(all, json);
      if (output != null) {
        note(all.size() + " predictions in " + output);
      }
    } finally {
      context.stop();
    }
  }

  private void show(TrainedModel trained) {
    Network network = new Network(trained.spec());
    expectOneInput(trained.spec(), "IMAGE files");
    List<Predictions.Head> heads = Predictions.heads(network);
    Workspace workspace = network.newWorkspace(1, false);
    network.load(trained.weights(), workspace);
    Batch batch = network.newBatch(1);
    float[] table = trained.spec().normalization().table();
    float[] outputs = new float[network.outputs()];
    for (String name : images) {
      ImageFile image = ImageFile.read(name, trained.spec().input());
      batch.clear();
      batch.add(image.pixels(), 0, table, 0, 0);
      network.predict(batch, workspace, outputs);
      String inverted = image.inverted() ? "  (inverted)" : "";
      for (Predictions.Head head : heads) {
        String of = heads.size() == 1 ? ": " : ": " + head.name() + " ";
        out().println(name + of + head.predicted(outputs, 0) + inverted);
        if (detail() != Detail.QUIET) {
          float[] own = Arrays.copyOfRange(outputs, head.first(), head.first() + head.size());
          ImageView.lines(image, own, Terminal.detect().style()).forEach(out()::println);
        }
      }
    }
  }

  private static void expectOneInput(ModelSpec spec, String what) {
    if (spec.inputs().size() > 1) {
      throw new UserError(
          "got "
              + what
              + " for a model of "
              + spec.inputs().size()
              + " inputs, expected --data with a folder of IDX files, one for each input");
    }
  }

  private static Predictions predict(SparkContext context, TrainedModel model, String path) {
    Shape input = model.spec().input();
    List<Predictions.Head> heads = Predictions.heads(new Network(model.spec()));
    if (BareImages.isFile(path)) {
      expectOneInput(model.spec(), "a file of images");
      BareImages images = BareImages.read(path);
      if (!images.shape().equals(input)) {
        throw new UserError(
            path
                + ": got images of "
                + images.shape()
                + ", expected "
                + input
                + " as the model's input says");
      }
      return Predictions.inOrder(run(images.spread(context), model, heads), heads, false);
    }
    try (Dataset examples = Dataset.open(context, path, Dataset.Part.TEST, 0, model.spec())) {
      return Predictions.inOrder(run(examples.shards(), model, heads), heads, true);
    }
  }

  private static List<Predictions> run(
      RDD<PackedShard> shards, TrainedModel model, List<Predictions.Head> heads) {
    return ForwardTask.run(
            shards,
            model,
            PredictTask.Growing.class,
            (text, weights) -> new PredictTask(text, weights, heads))
        .stream()
        .map(PredictTask.Growing::predictions)
        .toList();
  }

  private boolean json() {
    if (output == null) {
      return false;
    }
    String name = output.toLowerCase(Locale.ROOT);
    boolean json = name.endsWith(".json") || name.endsWith(".jsonl");
    if (!json && !name.endsWith(".csv")) {
      throw new UserError(
          "--output: got '" + output + "', expected a name in .csv, .json or .jsonl");
    }
    return json;
  }

  private void write(Predictions predictions, boolean json) throws IOException {
    if (output == null) {
      Writer writer = new BufferedWriter(new OutputStreamWriter(out(), StandardCharsets.UTF_8));
      predictions.write(writer, json);
      writer.flush();
      return;
    }
    Path path = HadoopFiles.path("--output", output);
    try (FileSystem files = HadoopFiles.open("--output", path);
        Writer writer =
            new BufferedWriter(
                new OutputStreamWriter(files.create(path, true), StandardCharsets.UTF_8))) {
      predictions.write(writer, json);
    } catch (IOException e) {
      throw new UserError("--output: cannot write " + output + ": " + Texts.firstLine(e), e);
    }
  }
}
