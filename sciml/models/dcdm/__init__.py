"""Networks that propose directions for linear systems, and what makes solvers of them."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.models.dcdm.conditioned import ConditionedDCDM
from sciml.models.dcdm.published import PublishedDCDM

if TYPE_CHECKING:
    from sciml.models.dcdm.cycle import LearnedCycle
    from sciml.models.dcdm.jacobi import JacobiCycle
    from sciml.models.dcdm.proposals import NetworkDirections

__all__ = ["ConditionedDCDM", "JacobiCycle", "LearnedCycle", "NetworkDirections", "PublishedDCDM"]

# Loaded when first asked for: training needs no solver, and solvers bring the compiled kernels along.
__getattr__ = lazily(__name__, {"JacobiCycle": "jacobi", "LearnedCycle": "cycle", "NetworkDirections": "proposals"})
