package dev.convoy.engine.tensor;

/**
 * A place in an array: values in the layout of {@link Lanes}, starting at {@code offset}.
 *
 * @param data shared, not copied
 * @param offset index of the first value
 */
public record Tensor(float[] data, int offset) {}
