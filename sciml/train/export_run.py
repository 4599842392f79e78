"""The network of a run for other programs, its normalisation inside."""

from pathlib import Path

import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.models import FNO, Pretrained
from sciml.models.export import ExportFormat, export
from sciml.train.normalise import Normaliser
from sciml.train.trained import Trained

__all__ = ["InUnits", "export_run", "in_units"]


class InUnits(Pretrained):
    """A network from fields in their own units to fields in theirs.

    Parameters
    ----------
    model : Pretrained
        Between normalised fields.
    encoder, decoder : Normaliser
        Of inputs and outputs.
    ndim : int
        Number of axes.

    Examples
    --------
    >>> from sciml.models import UNet
    >>> inner = UNet(1, 1, hidden_channels=2, n_layers=1)
    >>> model = InUnits(inner, Normaliser((5.0,), (2.0,)), Normaliser((1.0,), (3.0,)), 2)
    >>> x = torch.ones(1, 1, 8, 8)
    >>> bool(torch.allclose(model(x), inner((x - 5) / 2) * 3 + 1))
    True
    """

    def __init__(self, model: Pretrained, encoder: Normaliser, decoder: Normaliser, ndim: int) -> None:
        super().__init__()
        self.config = {"in_channels": len(encoder.mean), "ndim": ndim}
        self.model = model
        self.settings = getattr(model, "settings", None)  # of MgNO, for levels above it
        self.smallest_side = int(getattr(model, "smallest_side", 1))
        for name, numbers in (
            ("input_mean", encoder.mean), ("input_std", encoder.std), ("output_mean", decoder.mean),
            ("output_std", decoder.std),
        ):
            self.register_buffer(name, torch.tensor(numbers).reshape(-1, *[1] * ndim))

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (batch, out_channels, *spatial) for inputs (batch, in_channels, *spatial)."""
        buffers = dict(self.named_buffers(recurse=False))
        y: Tensor = self.model((x - buffers["input_mean"]) / buffers["input_std"])
        return y * buffers["output_std"] + buffers["output_mean"]


def in_units(trained: Trained) -> InUnits:
    """The network of a run with its normalisation."""
    return InUnits(trained.model, trained.encoder, trained.decoder, trained.grid.ndim).eval()


def export_run(trained: Trained, path: Path, format: ExportFormat = "pt2") -> InUnits:
    """Write what runs without this package: for every batch and every size not below ``smallest_side``.

    Parameters
    ----------
    trained : Trained
    path : Path
        File to write, complete or not at all.
    format : {"pt2", "onnx"}

    Raises
    ------
    InputError
        If the model has no form that is free in its sizes.
    MissingDependencyError
        If ``onnx`` or ``onnxscript`` is not installed.
    """
    if isinstance(trained.model, FNO):
        raise InputError(
            f"{trained.path} holds an FNO, whose transforms cannot be exported for any size; train mgno or unet"
        )
    model = in_units(trained)
    export(model, path, format)
    return model
