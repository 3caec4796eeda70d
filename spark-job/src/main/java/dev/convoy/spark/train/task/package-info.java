/**
 * What runs on executors in a step: a task's micro-batches, its threads and buffers, and its
 * result. Without state: a task may run twice or be dropped.
 */
package dev.convoy.spark.train.task;
