package dev.convoy.spark.train.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointStore;
import dev.convoy.spark.train.CheckpointWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two threads beside the step loop: neither may die, or training would wait for ever. */
class EventQueueTest {
  /** More than the queue holds. */
  private static final int MANY = 70_000;

  @TempDir Path folder;

  private static void assertAllHeard(TrainListener bad, int expectedOfBad) {
    AtomicInteger heardByBad = new AtomicInteger();
    AtomicInteger heard = new AtomicInteger();
    TrainListener counted =
        event -> {
          heardByBad.incrementAndGet();
          bad.on(event);
        };
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          try (EventQueue events =
              new EventQueue(List.of(counted, event -> heard.incrementAndGet()))) {
            for (int i = 0; i < MANY; i++) {
              events.post(new TrainEvent.Warned(i, "text"));
            }
          }
        });
    assertThat(heard).hasValue(MANY);
    assertThat(heardByBad).hasValue(expectedOfBad);
  }

  @Test
  void aListenerThatBreaksDownHarmsNobodyElse() {
    assertAllHeard(
        event -> {
          throw new NoClassDefFoundError("made by the test");
        },
        1);
  }

  @Test
  void aListenerThatInterruptsItsThreadHarmsNobody() {
    assertAllHeard(event -> Thread.currentThread().interrupt(), MANY);
  }

  @Test
  void checkpointsGoOnAfterAnError() {
    Configuration configuration = new Configuration();
    configuration.setClass("fs.breaking.impl", Breaking.class, FileSystem.class);
    CheckpointStore store = new CheckpointStore("breaking://" + folder, 3, configuration);
    List<TrainEvent> heard = new ArrayList<>();
    try (EventQueue events = new EventQueue(List.of(heard::add))) {
      Breaking.broken = true;
      try (CheckpointWriter writer = new CheckpointWriter(store, () -> true, events)) {
        writer.saveBest(sample(1));
        writer.save(sample(2));
      }
      Breaking.broken = false;
      try (CheckpointWriter writer = new CheckpointWriter(store, () -> true, events)) {
        writer.save(sample(3));
      }
    }
    assertThat(heard).hasSize(3);
    assertThat(((TrainEvent.Warned) heard.get(0)).message())
        .contains("step 1 could not be saved", "made by the test");
    assertThat(((TrainEvent.Warned) heard.get(1)).message()).contains("step 2");
    assertThat(((TrainEvent.Checkpointed) heard.get(2)).step()).isEqualTo(3);
  }

  private static Checkpoint sample(long step) {
    return new Checkpoint(
        step, 1, 1, "", "", new float[1], new float[1], Checkpoint.Progress.none());
  }

  /** Fails with an error while it is told to. */
  static final class Breaking extends RawLocalFileSystem {
    static volatile boolean broken;

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path path,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      if (broken) {
        throw new OutOfMemoryError("made by the test");
      }
      return super.create(path, overwrite, buffer, replication, block, progress);
    }

    @Override
    public URI getUri() {
      return URI.create("breaking:///");
    }
  }
}
