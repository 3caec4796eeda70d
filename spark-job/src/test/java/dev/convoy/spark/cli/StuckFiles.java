package dev.convoy.spark.cli;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Local files under {@code stuck:}, of which none can be renamed. */
public final class StuckFiles extends RawLocalFileSystem {
  static final String PROPERTY = "spark.hadoop.fs.stuck.impl";

  /** True if that is said by an exception, false if by the answer. */
  static volatile boolean throwing;

  @Override
  public URI getUri() {
    return URI.create("stuck:///");
  }

  @Override
  public String getScheme() {
    return "stuck";
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    if (throwing) {
      throw new IOException("out of order");
    }
    return false;
  }
}
