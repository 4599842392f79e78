"""Learned operators, which take and return tensors (batch, channels, *spatial), and potentials of atoms."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.models._registry import MODELS, load_model, model_class

if TYPE_CHECKING:
    from sciml.models._pretrained import Pretrained
    from sciml.models.dpa3 import DPA3
    from sciml.models.fno import FNO
    from sciml.models.mgno import MgNO
    from sciml.models.unet import UNet

__all__ = ["DPA3", "FNO", "MODELS", "MgNO", "Pretrained", "UNet", "load_model", "model_class"]

# Loaded when first asked for: torch takes seconds to import.
__getattr__ = lazily(__name__, {
    "DPA3": "dpa3", "FNO": "fno", "MgNO": "mgno", "Pretrained": "_pretrained", "UNet": "unet",
})
