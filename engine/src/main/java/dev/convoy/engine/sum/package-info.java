/** The exact sum of gradients, which no order changes, and its form as bytes. */
package dev.convoy.engine.sum;
