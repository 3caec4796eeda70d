/**
 * Where examples come from: IDX, CIFAR-10, folders of images, the MNIST in our jar. Opened on the
 * driver, read on executors. A new source implements {@link
 * dev.convoy.spark.data.source.ExampleSource} and gets a line in {@code data.DataSources}.
 */
package dev.convoy.spark.data.source;
