/**
 * Reading one item of a text form, {@code name key=value ...}, with errors that say what was got,
 * what was expected and the nearest valid name. Knows nothing of what the items mean.
 */
package dev.convoy.engine.text;
