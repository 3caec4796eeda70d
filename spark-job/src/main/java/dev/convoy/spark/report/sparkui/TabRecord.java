package dev.convoy.spark.report.sparkui;

import org.apache.spark.util.kvstore.KVIndex;

/**
 * A run as the History Server's store keeps it, in memory or on disk.
 *
 * <p>The store makes it from JSON: fields are public, and there is a constructor without arguments.
 */
public final class TabRecord {
  /** The one key. */
  static final String LAST = "last";

  /** Key of the record. */
  @KVIndex public String id;

  /** What the page's script draws. */
  public String view;

  /** For the store. */
  public TabRecord() {}

  TabRecord(String id, String view) {
    this.id = id;
    this.view = view;
  }
}
