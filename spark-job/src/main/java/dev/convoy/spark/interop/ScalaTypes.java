package dev.convoy.spark.interop;

import java.util.List;
import org.apache.spark.Dependency;
import org.apache.spark.OneToOneDependency;
import org.apache.spark.rdd.RDD;
import scala.collection.Iterator;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Scala values that Spark's methods ask for. */
public final class ScalaTypes {
  private ScalaTypes() {}

  /** The class tag of {@code type}. */
  public static <T> ClassTag<T> tag(Class<T> type) {
    return ClassTag$.MODULE$.apply(type);
  }

  /** {@code values} as an immutable Scala sequence. */
  public static <T> Seq<T> seq(List<T> values) {
    return CollectionConverters.asScala(values).toSeq();
  }

  /** A Scala iterator over one value. */
  public static <T> Iterator<T> iterator(T only) {
    return CollectionConverters.asScala(List.of(only).iterator());
  }

  /** The parents of an RDD that has none. */
  @SuppressWarnings("unchecked")
  public static Seq<Dependency<?>> noParents() {
    return (Seq<Dependency<?>>) (Seq<?>) Nil$.MODULE$;
  }

  /** The parents of an RDD each partition of which needs the same partition of {@code parent}. */
  public static Seq<Dependency<?>> parent(RDD<?> parent) {
    return seq(List.<Dependency<?>>of(new OneToOneDependency<>(parent)));
  }
}
