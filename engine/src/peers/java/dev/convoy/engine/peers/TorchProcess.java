package dev.convoy.engine.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * PyTorch in a process of its own, which {@code torch_worker.py} runs: a line for each command, a
 * line for each answer.
 */
final class TorchProcess implements Peer {
  /** A way to run PyTorch failed; the message is the last line of its log. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }
  }

  /** What a way to run PyTorch is made of. */
  static final List<String> FLAGS = List.of("eager", "channels_last", "compile", "bf16");

  private final String mode;
  private final Path log;
  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader answers;
  private final String about;

  /**
   * Starts a worker.
   *
   * @param python an interpreter that can import torch
   * @param script {@code torch_worker.py}
   * @param file what {@link TorchNet#write} wrote
   * @param mode {@code eager}, or {@code channels_last}, {@code compile}, {@code bf16} with a plus
   *     between
   * @throws Failed if it does not start
   */
  TorchProcess(Path python, Path script, Path file, Work work, String mode) {
    this.mode = mode;
    String kind = work.training() ? "training" : "inference";
    log = file.resolveSibling("torch-" + mode + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                python.toString(),
                script.toString(),
                file.toString(),
                mode,
                kind,
                String.valueOf(work.threads())));
    Map<String, String> environment = builder.environment();
    environment.put("OMP_NUM_THREADS", String.valueOf(work.threads()));
    environment.put("MKL_NUM_THREADS", String.valueOf(work.threads()));
    // in the worker itself, so that no process is left when it ends
    environment.put("TORCHINDUCTOR_COMPILE_THREADS", "1");
    if (!work.training()) {
      environment.put("TORCHINDUCTOR_FREEZING", "1");
    }
    builder.redirectError(log.toFile());
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + python, e);
    }
    commands =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII));
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    about = answer();
  }

  /** Version of PyTorch and the instructions that it uses. */
  String about() {
    return about;
  }

  @Override
  public String name() {
    return mode;
  }

  @Override
  public double step(float learningRate) {
    return ask("step " + learningRate);
  }

  @Override
  public double predict() {
    return ask("predict");
  }

  @Override
  public double rate(long nanos, float learningRate) {
    return ask("run " + nanos + " " + learningRate);
  }

  private double ask(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException e) {
      throw failed();
    }
    return Double.parseDouble(answer());
  }

  private String answer() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw failed();
      }
      return line;
    } catch (IOException e) {
      throw failed();
    }
  }

  private Failed failed() {
    close();
    String last = "its process ended without a word";
    try {
      for (String line : Files.readAllLines(log)) {
        last = line.isBlank() ? last : line.strip();
      }
    } catch (IOException e) {
      last = "its log cannot be read: " + e;
    }
    return new Failed(last + " (log: " + log + ")");
  }

  /** Ends the worker, by the end of its input or else by force. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException e) {
      // the process has gone before its pipe: nothing is left to end
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
