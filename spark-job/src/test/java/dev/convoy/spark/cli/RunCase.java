package dev.convoy.spark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.model.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A small job, and a folder for its run. */
public abstract class RunCase {
  @TempDir Path folder;

  public Path job;

  public Path run;

  @BeforeEach
  void writeData() throws IOException {
    job = Cli.job(folder, Cli.data(folder.resolve("data")));
    run = folder.resolve("run");
  }

  Cli train(String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--master", "local[1]"));
    args.addAll(List.of("--output", run.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(new String[0]));
  }

  Cli trainJob(String... more) {
    return train(
        Stream.concat(Stream.of("--config", job.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(run.resolve(name).toFile());
  }

  static float[] weights(Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve("model.convoy"))) {
      return ModelFile.read(in, "model.convoy").weights();
    }
  }

  static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
