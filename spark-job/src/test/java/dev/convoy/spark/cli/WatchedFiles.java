package dev.convoy.spark.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * Local files under {@code watched:}. What is done to them is done one operation at a time, and a
 * test looks at the disk after each: what a process leaves that is killed there. In the middle of a
 * write half of its bytes are on disk.
 */
public final class WatchedFiles extends RawLocalFileSystem {
  static final String PROPERTY = "spark.hadoop.fs.watched.impl";

  private static final Object LOCK = new Object();

  /** Sees the disk after an operation, while no other begins. */
  @FunctionalInterface
  interface Watcher {
    void after(String operation) throws IOException;
  }

  private static volatile Watcher watcher = operation -> {};

  /** Has {@code next} look from now on. */
  static void watch(Watcher next) {
    System.setProperty(PROPERTY, WatchedFiles.class.getName());
    watcher = next;
  }

  static void unwatch() {
    watcher = operation -> {};
    System.clearProperty(PROPERTY);
  }

  @Override
  public URI getUri() {
    return URI.create("watched:///");
  }

  @Override
  public String getScheme() {
    return "watched";
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return create(path, null, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    synchronized (LOCK) {
      FSDataOutputStream out =
          super.create(path, overwrite, bufferSize, replication, blockSize, progress);
      watcher.after("create " + path.getName());
      return new FSDataOutputStream(new Halved(out, path.getName()), statistics);
    }
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    synchronized (LOCK) {
      boolean done = super.rename(from, to);
      watcher.after("rename " + from.getName() + " to " + to.getName());
      return done;
    }
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    synchronized (LOCK) {
      boolean done = super.delete(path, recursive);
      if (done) {
        watcher.after("delete " + path.getName());
      }
      return done;
    }
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    synchronized (LOCK) {
      boolean done = super.mkdirs(path, permission);
      watcher.after("mkdirs " + path.getName());
      return done;
    }
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    return mkdirs(path, null);
  }

  /** Writes in two halves. */
  private static final class Halved extends OutputStream {
    private final FSDataOutputStream out;
    private final String name;

    Halved(FSDataOutputStream out, String name) {
      this.out = out;
      this.name = name;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      synchronized (LOCK) {
        put(bytes, from, count / 2, "half of ");
        put(bytes, from + count / 2, count - count / 2, "write ");
      }
    }

    private void put(byte[] bytes, int from, int count, String what) throws IOException {
      if (count > 0) {
        out.write(bytes, from, count);
        out.flush();
        watcher.after(what + name);
      }
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
