/**
 * Layers: each a class that computes, {@link dev.convoy.engine.layer.Layer}, with a record inside
 * that is the layer on paper, {@link dev.convoy.engine.layer.LayerSpec}. A new one is a file here,
 * a line in {@link dev.convoy.engine.layer.LayerTypes}, and a model in the gradient test.
 */
package dev.convoy.engine.layer;
