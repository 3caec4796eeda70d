/**
 * Arithmetic on bare arrays. {@code Scalar*} classes are the specification, {@code Vector*} classes
 * give the same bits on the Vector API, and {@link dev.convoy.engine.kernel.KernelProvider} chooses
 * once a JVM. The scalar ones serve JVMs without the module, and the first moments of the others,
 * before the compiler has seen them. Wide kernels use registers of 512 bits; the plain vector ones
 * any width.
 */
package dev.convoy.engine.kernel;
