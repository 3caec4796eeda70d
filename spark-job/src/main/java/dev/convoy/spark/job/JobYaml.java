package dev.convoy.spark.job;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.train.TrainConfig;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Writes a job with every key that matters, defaults included: the {@code job.yaml} of a run. */
final class JobYaml {
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9/._]([A-Za-z0-9/._:@+-]*[A-Za-z0-9/._@+-])?");

  private JobYaml() {}

  /** YAML that {@link JobFile} reads to the same {@code config}. */
  static String of(TrainConfig config, Settings settings) {
    StringBuilder yaml = new StringBuilder();
    String[] open = {};
    for (Key key : Key.values()) {
      if (!UpdateReader.matters(key, settings)) {
        continue;
      }
      String[] path = key.dotted().split("\\.");
      for (int depth = 0; depth < path.length - 1; depth++) {
        boolean isOpen = open.length > depth + 1 && open[depth].equals(path[depth]);
        if (!isOpen) {
          yaml.append("  ".repeat(depth)).append(path[depth]).append(":\n");
          open = new String[] {};
        }
      }
      open = path;
      yaml.append("  ".repeat(path.length - 1)).append(path[path.length - 1]).append(':');
      if (key.kind() == Key.Kind.LAYERS) {
        layers(config, yaml.append('\n'));
      } else if (key == Key.MODEL_INPUTS) {
        config.model().inputs().forEach(input -> ends(yaml, input.name(), input.shape()));
        yaml.append('\n');
      } else if (key == Key.MODEL_OUTPUTS) {
        config.model().outputs().forEach(output -> ends(yaml, output.name(), text(output)));
        yaml.append('\n');
      } else {
        boolean text = key.kind() == Key.Kind.TEXT;
        String value = settings.text(key);
        yaml.append(' ').append(text ? scalar(value) : value).append('\n');
      }
    }
    return yaml.toString();
  }

  private static void ends(StringBuilder yaml, String name, Object what) {
    yaml.append("\n    ").append(name).append(": ").append(what);
  }

  private static String text(ModelSpec.Output output) {
    return "{"
        + (output.from().isEmpty() ? "" : "from: " + output.from() + ", ")
        + ("loss: " + output.loss().name().toLowerCase(Locale.ROOT))
        + (", weight: " + output.weight() + "}");
  }

  private static void layers(TrainConfig config, StringBuilder yaml) {
    for (String line : config.model().toText().split("\n")) {
      String[] words = line.trim().split(" ");
      if (List.of("input", "normalize", "loss", "output").contains(words[0])) {
        continue;
      }
      yaml.append("    - ").append(words[0]);
      for (int i = 1; i < words.length; i++) {
        String[] pair = words[i].split("=", 2);
        yaml.append(i == 1 ? ": {" : ", ").append(pair[0]).append(": ").append(scalar(pair[1]));
      }
      yaml.append(words.length > 1 ? "}\n" : "\n");
    }
  }

  /** {@code text} as a YAML scalar, quoted where it would be taken for something else. */
  private static String scalar(String text) {
    if (PLAIN.matcher(text).matches() && !text.equals("null")) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
