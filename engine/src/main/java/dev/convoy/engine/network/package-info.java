/**
 * Running a network: the plan of what is executed, working memory of a thread, forward and backward
 * over a micro-batch, and taking weights of one network into another.
 */
package dev.convoy.engine.network;
