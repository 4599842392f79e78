"""Trained networks for other programs: torch.export (.pt2) and ONNX, for any batch and resolution."""

import re
from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
from torch.export import Dim, ExportedProgram

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml._optional import require
from sciml.models._pretrained import Pretrained
from sciml.models.mgno import MgNO
from sciml.models.mgno.levels import truncated

__all__ = ["ExportFormat", "export", "exported_program"]

ExportFormat: TypeAlias = Literal["pt2", "onnx"]

LARGEST_BATCH, LARGEST_SIDE = 65536, 65536
AXES = ("height", "width", "depth")


def export(
    model: Pretrained, path: str | Path, format: ExportFormat = "pt2", *, shape: Sequence[int] | None = None
) -> None:
    """Write a network that runs without this package.

    Parameters
    ----------
    model : Pretrained
        A network on grids whose configuration tells `in_channels`.
    path : str or Path
        File to write, complete or not at all.
    format : {"pt2", "onnx"}
        ``pt2``: read by ``torch.export.load``, in Python or C++. ``onnx``: by ONNX Runtime and others; needs
        the extra ``export``.
    shape : sequence of int, optional
        Spatial size the network was trained on: levels that it has no room for are left out. The file accepts
        every batch, and every size with room for the levels that it has (only its own, if it is normalised by maps).

    Raises
    ------
    InputError
        If the format is unknown, or `shape` has other axes than the network.
    MissingDependencyError
        If ``onnx`` or ``onnxscript`` is not installed.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from sciml.models import MgNO
    >>> model = MgNO(hidden_channels=4, n_layers=1, steps=[(1, 0), (2, 0)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(model, folder + "/model.pt2")
    ...     program = torch.export.load(folder + "/model.pt2")
    >>> tuple(program.module()(torch.zeros(3, 1, 17, 24)).shape)
    (3, 1, 17, 24)
    """
    if format not in ("pt2", "onnx"):
        raise InputError(f"export format is '{format}'; use pt2 or onnx")
    if format == "onnx":
        require("onnx", "'sciml-kit[export]'")
        require("onnxscript", "'sciml-kit[export]'")
    program = exported_program(model, shape)
    with replacing(Path(path)) as (partial,):
        partial.write_bytes(_onnx(program) if format == "onnx" else _pt2(program))


def exported_program(model: Pretrained, shape: Sequence[int] | None = None) -> ExportedProgram:
    """The network as a graph whose batch and spatial sizes are free.

    Parameters
    ----------
    model : Pretrained
    shape : sequence of int, optional
        See `export`.

    Raises
    ------
    InputError
        If `shape` has other axes than the network.
    """
    ndim = int(model.config.get("ndim", 2))
    if shape is not None and len(shape) != ndim:
        raise InputError(f"shape {tuple(shape)} has {len(shape)} axes; the network works on {ndim}")
    if isinstance(model, MgNO) and shape is not None:
        model = truncated(model, len(model.settings.sizes(shape)))
    least = int(getattr(model, "smallest_side", 1))
    sizes = {axis + 2: Dim(AXES[axis], min=least, max=LARGEST_SIDE) for axis in range(ndim)}
    example = [max(least, 16) + 1 + 2 * axis for axis in range(ndim)]
    if model.config.get("norm") == "layer":
        example, sizes = list(model.config["norm_shape"]), {}  # parameters at every point: one size only
    # Files keep weights as whole blocks of memory, so the layout of channels last is undone.
    plain = deepcopy(model).eval().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    free = {0: Dim("batch", min=1, max=LARGEST_BATCH), **sizes}
    x = torch.zeros(2, int(model.config["in_channels"]), *example).to(next(model.parameters()))
    return torch.export.export(plain, (x,), dynamic_shapes=(free,))


def _pt2(program: ExportedProgram) -> bytes:
    buffer = BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()


def _onnx(program: ExportedProgram) -> bytes:
    written = torch.onnx.export(program, input_names=["x"], output_names=["y"], dynamo=True, verbose=False)
    assert written is not None
    proto = written.model_proto
    _name_axes(proto.graph)
    data: bytes = proto.SerializeToString()
    return data


def _name_axes(graph: Any) -> None:
    """Say batch, height, width and depth for the symbols of free sizes, in every shape of an ONNX graph."""
    free = [d.dim_param for d in graph.input[0].type.tensor_type.shape.dim if d.dim_param]
    names = dict(zip(free, ("batch", *AXES), strict=False))
    for value in (*graph.input, *graph.output, *graph.value_info):
        for d in value.type.tensor_type.shape.dim:
            if d.dim_param:
                d.dim_param = re.sub(r"\w+", lambda found: names.get(found[0], found[0]), d.dim_param)
