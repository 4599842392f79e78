"""MgNO, the multigrid neural operator, and its V-cycles."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.models.mgno.cycle import VCycle
from sciml.models.mgno.model import MgNO
from sciml.models.mgno.presets import PRESETS, preset
from sciml.models.mgno.settings import CycleSettings

if TYPE_CHECKING:
    from sciml.models.mgno.collapse import collapsed
    from sciml.models.mgno.levels import Refined, truncated
    from sciml.models.mgno.poisson import from_poisson
    from sciml.models.mgno.preconditioner import CyclePreconditioner
    from sciml.models.mgno.reference import from_reference

__all__ = [
    "PRESETS", "CyclePreconditioner", "CycleSettings", "MgNO", "Refined", "VCycle", "collapsed", "from_poisson",
    "from_reference", "preset", "truncated",
]

# Loaded when first asked for: training needs none of them, and preconditioners bring the compiled kernels along.
__getattr__ = lazily(__name__, {
    "CyclePreconditioner": "preconditioner", "Refined": "levels", "collapsed": "collapse", "from_poisson": "poisson",
    "from_reference": "reference", "truncated": "levels",
})
