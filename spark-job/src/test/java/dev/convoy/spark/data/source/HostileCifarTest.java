package dev.convoy.spark.data.source;

import dev.convoy.spark.Mutations;
import dev.convoy.spark.Mutations.Outcome;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged files of CIFAR-10. */
class HostileCifarTest {
  private static final int RECORDS = 3;

  private static byte[] whole() {
    byte[] file = new byte[RECORDS * CifarSource.RECORD];
    new Random(1).nextBytes(file);
    for (int i = 0; i < RECORDS; i++) {
      file[i * CifarSource.RECORD] = (byte) i;
    }
    return file;
  }

  private static byte[] unpacked(byte[] file) {
    long records = CifarSource.records("file", file.length);
    byte[] all = new byte[(int) records * CifarSource.RECORD];
    for (int i = 0; i < records; i++) {
      int from = i * CifarSource.RECORD;
      byte[] record = Arrays.copyOfRange(file, from, from + CifarSource.RECORD);
      all[from] = (byte) CifarSource.unpack(record, "file: offset " + from, all, from + 1);
    }
    return all;
  }

  @Test
  void lengthsAndLabelsAreChecked() {
    byte[] original = unpacked(whole());
    new Mutations("CIFAR-10", 16 << 20)
        .run(
            whole(),
            4000,
            mutated ->
                Arrays.equals(unpacked(mutated), original) ? Outcome.ALIKE : Outcome.ACCEPTED)
        .report();
  }
}
