/** The one exception that says that a user can put right what is wrong. Knows no other package. */
package dev.convoy.engine.error;
