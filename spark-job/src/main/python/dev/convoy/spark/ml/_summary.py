"""How a fit went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    import pandas as pd


class ConvoyTrainingSummary:
    """
    How a fit went.

    Attributes
    ----------
    objectiveHistory : list of float
        Mean loss of each step's batch, before its update.
    totalIterations : int
        Steps in all.
    reason : str
        Why training ended: ``epochs``, ``maxSteps`` or ``patience``.
    examples : int
        Examples seen.
    seconds : float
        From the first step to the last.
    weightsSha256 : str
        SHA-256 of the weights; the command line prints the same for the same run.
    """

    def __init__(self, java: Any) -> None:
        self.objectiveHistory: List[float] = [float(loss) for loss in java.objectiveHistory()]
        self.totalIterations: int = java.totalIterations()
        self.reason: str = java.reason()
        self.examples: int = java.examples()
        self.seconds: float = java.seconds()
        self.weightsSha256: str = java.weightsSha256()
        self._validations = [
            (v.epoch(), v.step(), v.examples(), v.loss(), v.accuracy()) for v in java.validations()
        ]

    @property
    def loss(self) -> "pd.Series":
        """
        The loss as pandas, one value a step; ``model.summary.loss.plot()`` draws it.

        Returns
        -------
        pandas.Series
            Mean loss of each step's batch; its index is the step. A fit that went on from a
            checkpoint begins with its own first step.
        """
        import pandas as pd

        last = self.totalIterations
        first = last - len(self.objectiveHistory) + 1
        steps = pd.RangeIndex(first, last + 1, name="step")
        return pd.Series(self.objectiveHistory, index=steps, name="loss", dtype="float64")

    @property
    def validations(self) -> "pd.DataFrame":
        """
        The validations as pandas.

        Returns
        -------
        pandas.DataFrame
            A row a validation: epoch, step, examples, loss, accuracy.
        """
        import pandas as pd

        columns = ["epoch", "step", "examples", "loss", "accuracy"]
        return pd.DataFrame(self._validations, columns=columns)

    def __repr__(self) -> str:
        last = f"{self.objectiveHistory[-1]:.4f}" if self.objectiveHistory else "none"
        return (
            f"ConvoyTrainingSummary(steps={self.totalIterations}, loss={last}, "
            f"reason={self.reason}, seconds={self.seconds:.1f}, weights={self.weightsSha256[:12]})"
        )
