/**
 * Image files to pixels: what is checked before a file is believed, who decodes it, and how it
 * becomes the size of a network's input. Pure functions of the file's bytes, without Spark and
 * without state: they run on executors, and on the driver where {@code predict} is given image
 * files.
 *
 * <p>Each file is walked through first by a {@code ...Header} of its own, which finds files that
 * are cut, damaged or larger than {@link dev.convoy.spark.data.image.ImageLimits} in bounded time
 * and memory. JPEG, PNG and BMP are then decoded by the readers of the JDK's own {@code
 * java.desktop}, taken by their class names, whatever ImageIO plug-ins are on the class path; GIF
 * by {@link dev.convoy.spark.data.image.GifDecoder}.
 */
package dev.convoy.spark.data.image;
