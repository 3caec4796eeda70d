package dev.convoy.spark.run;

import dev.convoy.spark.job.UserError;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The text of a job file.
 *
 * @param name of the job
 * @param place where the text stands, for messages
 * @param yaml the text
 */
public record JobText(String name, String place, String yaml) {
  /**
   * The text that {@code bytes} are.
   *
   * @param name of the file
   * @throws UserError if they are not UTF-8
   */
  public static String utf8(String name, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new UserError(name + ": got a file that is not UTF-8 text, expected YAML", e);
    }
  }
}
