/**
 * What a network is: layers and how they are wired, its text form and the errors of it, shapes,
 * parameters, the model file and the hash of its weights. Nothing here computes.
 */
package dev.convoy.engine.model;
