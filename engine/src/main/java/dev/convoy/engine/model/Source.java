package dev.convoy.engine.model;

/** What a layer takes its values from. */
public sealed interface Source {
  /**
   * What another layer puts out.
   *
   * @param index of that layer, from 0
   */
  record Layer(int index) implements Source {}

  /**
   * A part of the example.
   *
   * @param index of the input in the model, from 0
   */
  record Input(int index) implements Source {}
}
