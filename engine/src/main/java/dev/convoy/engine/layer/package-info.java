/**
 * Layers on paper, {@link dev.convoy.engine.layer.LayerSpec}, and bound to a shape, {@link
 * dev.convoy.engine.layer.Layer}. A new one is a record, a class, a line in {@code
 * model.LayerSyntax} and in {@code network.Plan}, and a gradient test.
 */
package dev.convoy.engine.layer;
