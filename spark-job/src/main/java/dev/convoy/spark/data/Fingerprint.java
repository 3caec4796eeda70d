package dev.convoy.spark.data;

import java.io.Serializable;

/**
 * What identifies a data set, whatever its file names and however it is cut.
 *
 * @param examples how many
 * @param classes largest label + 1
 * @param shape of one example, as text
 * @param hash 32 hex digits over every index, label and pixel
 */
public record Fingerprint(long examples, int classes, String shape, String hash)
    implements Serializable {}
