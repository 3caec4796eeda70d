/**
 * Convolution and dense products made of kernels: geometry, packing of weights, forward,
 * backward-data and weight gradients. Tiles win from a few channels on; rows where an image has one
 * channel or the machine has no vectors; the dense gradient where a window covers its whole input.
 */
package dev.convoy.engine.kernel.convolution;
