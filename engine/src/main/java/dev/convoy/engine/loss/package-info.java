/** What is minimised: a loss for each example, and its gradient with respect to the outputs. */
package dev.convoy.engine.loss;
