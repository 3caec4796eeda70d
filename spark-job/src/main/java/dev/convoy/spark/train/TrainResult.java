package dev.convoy.spark.train;

import dev.convoy.engine.model.InputRange;
import dev.convoy.spark.train.event.Evaluation;
import dev.convoy.spark.train.event.StopReason;
import java.util.Optional;

/**
 * A finished run.
 *
 * @param weights final weights, the best ones if training stopped for lack of improvement
 * @param weightsSha256 as the engine's {@code WeightsHash} says
 * @param steps steps taken since the very first start
 * @param reason why it ended
 * @param examples examples seen by this process
 * @param seconds of this process, from the first step to the last
 * @param validation of {@code weights}, if anything was held out for it
 * @param range of the values of the examples
 */
public record TrainResult(
    float[] weights,
    String weightsSha256,
    long steps,
    StopReason reason,
    long examples,
    double seconds,
    Optional<Evaluation> validation,
    Optional<InputRange> range) {}
