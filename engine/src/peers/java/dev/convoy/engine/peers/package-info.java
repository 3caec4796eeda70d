/**
 * The race against PyTorch ({@code mvn -q -Ppeers -pl engine verify}): one piece of work, done by
 * the engine and by every way in which a user would run PyTorch, in alternating windows. {@link
 * dev.convoy.engine.peers.PeerComparison} is the entry. Runs on the benchmark's JVM only; nothing
 * of it reaches the product.
 */
package dev.convoy.engine.peers;
