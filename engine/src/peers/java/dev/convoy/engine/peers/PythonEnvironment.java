package dev.convoy.engine.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A Python that can import torch: the one that is named, or an environment made for the race. */
final class PythonEnvironment {
  private PythonEnvironment() {}

  /**
   * Finds or makes one.
   *
   * @param choice an interpreter; {@code auto} to make an environment in {@code folder} and install
   *     torch there with pip; {@code none} for none
   * @return empty, with the reason on the console, if there is none
   * @throws IllegalArgumentException if an interpreter is named that cannot import torch
   */
  static Optional<Path> find(String choice, Path folder) {
    if (choice.equals("none")) {
      return Optional.empty();
    }
    if (!choice.equals("auto")) {
      Path python = Path.of(choice);
      problem(importing(python))
          .ifPresent(
              problem -> {
                throw new IllegalArgumentException(
                    "convoy.peers.python: got '"
                        + choice
                        + "', expected auto, none or a Python with PyTorch, but "
                        + problem);
              });
      return Optional.of(python);
    }
    Path python = folder.resolve("bin").resolve("python");
    if (Files.exists(python) && problem(importing(python)).isEmpty()) {
      return Optional.of(python);
    }
    System.out.println("installing PyTorch into " + folder + " (once; some gigabytes) ...");
    Optional<String> problem =
        problem(List.of("python3", "-m", "venv", folder.toString()))
            .or(() -> problem(installing(python)))
            .or(() -> problem(importing(python)));
    problem.ifPresent(System.out::println);
    return problem.isPresent() ? Optional.empty() : Optional.of(python);
  }

  private static List<String> installing(Path python) {
    return List.of(python.toString(), "-m", "pip", "install", "--quiet", "torch", "numpy");
  }

  private static List<String> importing(Path python) {
    return List.of(python.toString(), "-c", "import torch");
  }

  /** Runs a command. Returns what was wrong, with what it printed; empty if it ended well. */
  private static Optional<String> problem(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int exit = process.waitFor();
      return exit == 0
          ? Optional.empty()
          : Optional.of(
              String.join(" ", command) + " ended with exit status " + exit + ": " + output);
    } catch (IOException e) {
      return Optional.of(command.get(0) + " does not start: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(command.get(0) + " was interrupted");
    }
  }
}
