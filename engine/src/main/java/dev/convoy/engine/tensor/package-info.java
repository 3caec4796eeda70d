/** Shapes, the layout of examples in lanes, and counter-based random numbers. Knows nobody. */
package dev.convoy.engine.tensor;
