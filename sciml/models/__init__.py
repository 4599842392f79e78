"""Learned operators: on grids they take tensors (batch, channels, *spatial) and return the same layout."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.models._registry import MODELS, load_model, model_class

if TYPE_CHECKING:
    from sciml.models._pretrained import Pretrained
    from sciml.models.fno import FNO
    from sciml.models.mgno import MgNO
    from sciml.models.unet import UNet

__all__ = ["FNO", "MODELS", "MgNO", "Pretrained", "UNet", "load_model", "model_class"]

# Loaded when first asked for: torch takes seconds to import.
__getattr__ = lazily(__name__, {"FNO": "fno", "MgNO": "mgno", "Pretrained": "_pretrained", "UNet": "unet"})
