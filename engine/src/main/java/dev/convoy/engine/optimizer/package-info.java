/**
 * How a mean gradient becomes new weights: optimizers, learning rates, clipping. A new optimizer
 * implements {@link dev.convoy.engine.optimizer.Optimizer}; its state is one flat array.
 */
package dev.convoy.engine.optimizer;
