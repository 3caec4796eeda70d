package dev.convoy.spark.data;

import dev.convoy.engine.data.DataException;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.tensor.Shape;
import dev.convoy.spark.data.source.OnDamaged;
import dev.convoy.spark.data.table.TableColumns;
import java.util.List;
import java.util.Optional;

/**
 * Where data is, and how it is to be read.
 *
 * @param path {@code embedded:mnist}; a folder on any Hadoop file system with IDX files, CIFAR-10's
 *     binary files, Parquet files, or a folder of images for each class; or {@code table:NAME} for
 *     whatever Spark SQL finds under a name. A folder may hold its parts as {@code train} and
 *     {@code test} within
 * @param columns of a table or of Parquet files
 * @param scale number in such a column that stands for a full pixel
 * @param model that images are fitted to and tables are read for, and whose inputs and outputs name
 *     IDX files; without one the data must say its shape, and has one image and label an example
 * @param classes names of the folders of images, in the order of their numbers; empty to number the
 *     folders that are there
 * @param onDamaged what becomes of image files that cannot be used
 */
public record DataLocation(
    String path,
    TableColumns columns,
    float scale,
    Optional<ModelSpec> model,
    List<String> classes,
    OnDamaged onDamaged) {

  /** Data whose classes, if they have names, are numbered in the order of these. */
  public DataLocation(String path, TableColumns columns, float scale, Optional<ModelSpec> model) {
    this(path, columns, scale, model, List.of(), OnDamaged.REFUSE);
  }

  /** Checks and copies what is given. */
  public DataLocation {
    classes = List.copyOf(classes);
  }

  /** The same data, whose classes have the numbers that they had in training. */
  public DataLocation numbered(List<String> names) {
    return new DataLocation(path, columns, scale, model, names, onDamaged);
  }

  /** The same data, a table of which has no labels. */
  DataLocation withoutLabels() {
    TableColumns bare = new TableColumns(columns.features(), "", columns.key(), "");
    return new DataLocation(path, bare, scale, model, classes, onDamaged);
  }

  /** The same data, of which image files that cannot be used become what is said here. */
  public DataLocation onDamaged(OnDamaged what) {
    return new DataLocation(path, columns, scale, model, classes, what);
  }

  /** Data that says its shape and has no columns: IDX, CIFAR-10, our own. */
  public static DataLocation of(String path) {
    return new DataLocation(path, TableColumns.STANDARD, 255f, Optional.empty());
  }

  /** Data for {@code model}, in columns of the usual names if it has any. */
  public static DataLocation of(String path, ModelSpec model) {
    return new DataLocation(path, TableColumns.STANDARD, 255f, Optional.of(model));
  }

  /** Shape of an example, as the model says. */
  Shape shape() {
    if (model.isEmpty()) {
      throw new DataException("data.path: got " + path + ", expected a model to read it for");
    }
    return model.get().input();
  }

  /** Refuses a model of several inputs. */
  void expectOneInput() {
    if (model.isPresent() && model.get().inputs().size() > 1) {
      throw new DataException(
          "data.path: got a file of images, "
              + path
              + ", for a model of "
              + model.get().inputs().size()
              + " inputs, expected a folder of IDX files, one for each input");
    }
  }

  /** Refuses a model that wants more of each example than one image and one label. */
  void expectOneImageAndLabel() {
    if (model.isPresent()
        && (model.get().inputs().size() > 1 || model.get().outputs().size() > 1)) {
      throw new DataException(
          "data.path: got "
              + path
              + ", which has one image and one label an example, expected "
              + model.get().inputs().size()
              + " and "
              + model.get().outputs().size()
              + " as the model says; give a folder with files such as train-NAME-images-idx3-ubyte"
              + " and train-NAME-labels-idx1-ubyte for each");
    }
  }
}
