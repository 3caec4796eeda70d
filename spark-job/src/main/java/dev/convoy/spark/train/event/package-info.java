/**
 * What a run tells: events, who hears them, and how a run ends. Runs on the driver; events are
 * heard on a thread of their own.
 */
package dev.convoy.spark.train.event;
