package dev.convoy.spark.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.model.ParameterLayout.Entry;
import dev.convoy.engine.model.TrainedModel;
import dev.convoy.engine.network.Network;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Maps of a network that branches are those of the chain that leads to them. */
class ModelPicturesTest {
  private static final int LEFT = 6 * 6;
  private static final int RIGHT = 4 * 5;

  private static final ModelSpec BRANCHED =
      ModelSpec.parse(
          """
          input left 6x6x1
          input right 4x5x1
          normalize mean=0.3 deviation=0.3
          conv2d filters=4 kernel=3 padding=1 from=left
          relu name=eye
          conv2d filters=4 kernel=3 padding=1 name=both
          add from=eye,both
          flatten name=seen
          conv2d filters=3 kernel=3 from=right
          tanh
          flatten name=told
          concat from=seen,told
          dense units=5
          """);

  private static final ModelSpec RIGHT_ALONE =
      ModelSpec.parse(
          """
          input 4x5x1
          normalize mean=0.3 deviation=0.3
          conv2d filters=3 kernel=3
          tanh
          flatten
          dense units=5
          """);

  private final TrainedModel model =
      new TrainedModel(BRANCHED, 5, new Network(BRANCHED).initialWeights(7));

  private static byte[] pixels(int count, int key) {
    byte[] pixels = new byte[count];
    for (int i = 0; i < count; i++) {
      pixels[i] = (byte) (i * i * 31 + key);
    }
    return pixels;
  }

  private static byte[] both(byte[] left, byte[] right) {
    byte[] both = Arrays.copyOf(left, LEFT + RIGHT);
    System.arraycopy(right, 0, both, LEFT, RIGHT);
    return both;
  }

  private static List<ModelPictures.Maps> maps(TrainedModel model, byte[] pixels) {
    return ModelPictures.seen(model, List.of(new ModelPictures.Example(3, pixels))).get(0).layers();
  }

  @Test
  void aConvolutionSeesItsOwnInputAndNoOther() {
    List<ModelPictures.Maps> maps = maps(model, both(pixels(LEFT, 1), pixels(RIGHT, 2)));
    assertThat(maps)
        .extracting(ModelPictures.Maps::layer)
        .containsExactly("1.conv2d", "3.conv2d", "6.conv2d");

    float[] weights = new Network(RIGHT_ALONE).initialWeights(9);
    int at = 0;
    for (Entry entry : new Network(BRANCHED).parameters().entries()) {
      if (entry.layer() == 5) {
        System.arraycopy(model.weights(), entry.offset(), weights, at, entry.length());
        at += entry.length();
      }
    }
    List<ModelPictures.Maps> alone =
        maps(new TrainedModel(RIGHT_ALONE, 5, weights), pixels(RIGHT, 2));
    assertThat(maps.get(2).pictures())
        .usingRecursiveComparison()
        .isEqualTo(alone.get(0).pictures());

    List<ModelPictures.Maps> other = maps(model, both(pixels(LEFT, 5), pixels(RIGHT, 2)));
    assertThat(other.get(2)).usingRecursiveComparison().isEqualTo(maps.get(2));
    assertThat(other.get(1).pictures().get(0).values())
        .isNotEqualTo(maps.get(1).pictures().get(0).values());
  }
}
