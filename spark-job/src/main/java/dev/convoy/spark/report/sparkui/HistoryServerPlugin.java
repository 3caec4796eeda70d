package dev.convoy.spark.report.sparkui;

import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.status.AppHistoryServerPlugin;
import org.apache.spark.status.ElementTrackingStore;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.util.kvstore.KVStore;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction0;
import scala.runtime.BoxedUnit;

/**
 * The tab in Spark's History Server, which finds this class by {@code META-INF/services} when our
 * jar is on its class path. Listeners read the event log once; what is to be seen later must stand
 * in the store.
 */
public final class HistoryServerPlugin implements AppHistoryServerPlugin {

  /** Writes the state when the log has been read. */
  private static final class Keep extends AbstractFunction0<BoxedUnit> {
    private final TabState state;
    private final KVStore store;

    Keep(TabState state, KVStore store) {
      this.state = state;
      this.store = store;
    }

    @Override
    public BoxedUnit apply() {
      if (state.hasRun()) {
        try {
          store.write(new TabRecord(TabRecord.LAST, state.view()));
        } catch (Exception e) {
          throw new IllegalStateException("training: the store refused the run", e);
        }
      }
      return BoxedUnit.UNIT;
    }
  }

  @Override
  public Seq<SparkListener> createListeners(SparkConf conf, ElementTrackingStore store) {
    TabState state = new TabState();
    store.onFlush(new Keep(state, store));
    return CollectionConverters.asScala(List.<SparkListener>of(state)).toSeq();
  }

  @Override
  public void setupUI(SparkUI ui) {
    try {
      String view = ui.store().store().read(TabRecord.class, TabRecord.LAST).view;
      TrainingTab.attach(ui, () -> view);
    } catch (NoSuchElementException e) {
      // An application that did not train has no such tab.
    } catch (Exception e) {
      throw new IllegalStateException("training: cannot read the run from the store", e);
    }
  }
}
