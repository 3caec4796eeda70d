/**
 * Examples on their way into a network: packed batches, normalisation, and the IDX files of MNIST.
 */
package dev.convoy.engine.data;
