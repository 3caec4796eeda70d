package dev.convoy.spark.data.image;

/** A decoded image. */
record Picture(int width, int height, Images.Pixels pixels) {}
