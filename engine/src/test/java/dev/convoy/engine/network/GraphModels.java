package dev.convoy.engine.network;

/** Small models that are no plain chain of layers. */
public final class GraphModels {
  private GraphModels() {}

  /** A residual block; the convolution before it is used twice and ends in a ReLU. */
  static final String SKIP =
      """
      input 6x6x2
      conv2d filters=3 kernel=3 padding=1
      relu name=stem
      conv2d filters=3 kernel=3 padding=1
      tanh
      conv2d filters=3 kernel=3 padding=1 name=deep
      add from=stem,deep
      relu
      avgpool window=2
      dense units=3
      """;

  /** The skip connection has a layer of its own, and starts at the input. */
  static final String PROJECTED_SKIP =
      """
      input 6x6x2
      conv2d filters=4 kernel=3 padding=1 name=a from=input
      tanh name=b
      conv2d filters=4 kernel=1 name=c from=input
      add name=sum from=c,b
      concat from=sum,input
      maxpool window=2
      flatten
      dense units=3
      """;

  /** Dense layers, whose gradients are taken of whole micro-batches, used twice. */
  static final String DENSE_SKIP =
      """
      input 5x5x2
      conv2d filters=4 kernel=2
      relu
      flatten
      dense units=7 name=one
      relu name=lit
      dense units=7
      tanh name=two
      add from=lit,two,one
      dense units=7 name=three
      concat from=three,one
      dense units=4
      """;

  /**
   * Residual blocks that normalise; a ReLU is part of the first, after another layer takes from the
   * second, and the third is frozen.
   */
  static final String NORM_SKIP =
      """
      input 6x7x2
      conv2d filters=6 kernel=3 padding=1 bias=false
      groupNorm groups=3
      relu name=stem
      conv2d filters=6 kernel=3 padding=1 bias=false
      layerNorm name=deep
      relu name=lit
      add from=stem,deep,lit
      groupNorm groups=2 frozen=true
      relu
      globalAveragePool name=mean
      globalMaxPool from=lit name=top
      concat from=mean,top
      dense units=9
      layerNorm
      relu
      dense units=3
      """;

  /**
   * Residual blocks with batch normalisation; a ReLU is part of the first, the second is frozen and
   * a third stands behind a dense layer; pools, joins and a convolution see whole micro-batches.
   */
  static final String BATCH_NORM_SKIP =
      """
      input 6x7x2
      conv2d filters=6 kernel=3 padding=1 bias=false
      batchNorm
      relu name=stem
      conv2d filters=6 kernel=3 padding=1 bias=false
      batchNorm frozen=true name=deep
      add from=stem,deep
      relu
      maxpool window=2 stride=1 name=top
      conv2d filters=4 kernel=1 from=stem name=side
      batchNorm epsilon=0.01
      avgpool window=2 stride=1 name=short
      concat from=top,short
      globalAveragePool
      dense units=9
      batchNorm momentum=1.0
      tanh
      dense units=3
      """;

  /** Two inputs, each with a tower; the second tower's convolution comes after a dense layer. */
  static final String TWO_TOWERS =
      """
      input left 6x6x1
      input right 5x4x2
      conv2d filters=3 kernel=3 from=left
      tanh
      maxpool window=2
      flatten
      dense units=5 name=leftEnd
      conv2d filters=4 kernel=2 from=right
      tanh
      flatten name=rightEnd
      concat from=leftEnd,rightEnd
      tanh
      dense units=3
      """;

  /** Two heads with different losses and weights on one body. */
  static final String TWO_HEADS =
      """
      input 6x6x1
      conv2d filters=3 kernel=3
      tanh
      flatten
      dense units=8
      tanh name=body
      dense units=4 name=digit
      dense units=2 name=parity from=body
      output digit loss=softmax weight=1.5
      output parity loss=sigmoid weight=0.25
      """;

  /**
   * Inputs, joins, dropout, a frozen layer; heads at a ReLU, twice at one layer, and in between.
   */
  public static final String EVERYTHING =
      """
      input left 6x6x1
      input right 6x6x1
      concat from=left,right name=both
      conv2d filters=4 kernel=3 padding=1
      relu name=a
      conv2d filters=4 kernel=3 padding=1 frozen=true
      sigmoid name=b
      dropout rate=0.3 name=c from=b
      add from=a,c
      avgpool window=2 name=d
      dense units=6 from=d
      relu name=e
      dense units=3 name=f
      flatten from=d name=g
      concat from=e,g,f
      dense units=5 name=last
      dense units=4 from=right name=side
      output first from=last weight=2.0
      output second from=last loss=squared weight=0.5
      output third from=e loss=squared weight=0.125
      output fourth from=side loss=sigmoid
      output fifth from=f
      """;
}
