"""Energy balance of a solution: what flows in through each side equals what flows out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RESOLVED", "Balance"]

Array = NDArray[np.float64]

# A flow is the difference of what the two values at a face would drive alone. Below this part of their sum it
# is lost in the usual tolerance of a solve (1e-8, of a right-hand side that holds that sum), and nothing flows.
RESOLVED = 1e-6


@dataclass(frozen=True, eq=False)
class Balance:
    """Where the heat (charge, mass) of a solution comes from and goes to.

    Parameters
    ----------
    terms : mapping of str to ndarray, shape () or (batch,)
        What enters, negative when it leaves [source times volume]: one entry per side that is not
        periodic or per named boundary, and ``source``, ``fixed`` (fixed cells), ``shift`` (-sigma u),
        ``projected`` (the mean taken from the source of floating components), ``unnamed`` (facets of a
        mesh without a name).
    exchange : ndarray, shape () or (batch,)
        Half of what enters and leaves, unknown by unknown and term by term: flows of opposite sign
        count although they cancel within a term.
    """

    terms: Mapping[str, Array]
    exchange: Array

    @property
    def inflow(self) -> Array:
        """Sum of the terms that enter."""
        return np.asarray(sum(np.maximum(term, 0.0) for term in self.terms.values()))

    @property
    def outflow(self) -> Array:
        """Sum of the terms that leave."""
        return np.asarray(sum(np.maximum(-term, 0.0) for term in self.terms.values()))

    @property
    def defect(self) -> Array:
        """|inflow - outflow| relative to the larger of them and of `exchange`; 0 when nothing flows."""
        largest = np.maximum(np.maximum(self.inflow, self.outflow), self.exchange)
        gap = np.abs(self.inflow - self.outflow)
        return np.divide(gap, largest, out=np.zeros_like(gap), where=largest > 0)
