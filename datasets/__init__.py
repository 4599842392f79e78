"""Data sets: opened, generated, checked; the random fields they are made of."""

if not __name__.startswith("sciml."):
    raise ImportError("import this package as sciml.datasets; the folder name is not a module of its own")

from typing import TYPE_CHECKING

from sciml._lazy import lazily

if TYPE_CHECKING:
    from sciml.datasets.dataset import DataSet
    from sciml.datasets.formats.well_write import to_well
    from sciml.datasets.open import open_dataset
    from sciml.datasets.small import load_darcy_small, open_darcy_small

__all__ = ["DataSet", "load_darcy_small", "open_darcy_small", "open_dataset", "to_well"]

# Loaded when first asked for: light modules of this package need none of it.
__getattr__ = lazily(
    __name__,
    {
        "DataSet": "dataset", "open_dataset": "open", "load_darcy_small": "small", "open_darcy_small": "small",
        "to_well": "formats.well_write",
    },
)
