"""Exported networks equal the network at batches and sizes that the export never saw."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from sciml._errors import InputError, MissingDependencyError
from sciml.models import MgNO, UNet
from sciml.models.export import export, exported_program

STEPS = [[1, 1], [2, 0]]
NETWORKS: list[dict[str, Any]] = [
    {"n_layers": 2, "steps": [[1, 1], [1, 0], [1, 0], [2, 0]]}, {"boundary": "periodic", "bias": True},
    {"boundary": {"x-": "neumann", "y": "periodic"}, "location": "node", "restriction": "fas", "norm": "channel",
     "hard_dirichlet": True},
    {"restriction": "residual", "restriction_kernel": 4, "dirichlet": "odd"},
]


def network(**arguments: Any) -> MgNO:
    torch.manual_seed(0)
    return MgNO(**{"hidden_channels": 4, "n_layers": 1, "steps": STEPS, **arguments})


def random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("arguments", NETWORKS)
def test_the_program_serves_every_batch_and_size(arguments: dict[str, Any]) -> None:
    model = network(**arguments)
    program = exported_program(model).module()
    for shape in ((1, 1, 33, 47), (3, 1, 41, 40), (2, 1, model.smallest_side, 64)):
        x = random(*shape)
        with torch.no_grad():
            torch.testing.assert_close(program(x), model(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("boundary", ["dirichlet", {"x": "periodic", "y-": "neumann"}])
def test_the_u_net_too(boundary: Any) -> None:
    torch.manual_seed(0)
    model = UNet(1, 1, hidden_channels=2, n_layers=2, boundary=boundary)
    program = exported_program(model).module()
    for shape in ((1, 1, 33, 47), (3, 1, 5, 40)):
        x = random(*shape)
        with torch.no_grad():
            torch.testing.assert_close(program(x), model(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("ndim", [1, 3])
def test_lines_and_boxes(ndim: int) -> None:
    model = network(ndim=ndim, boundary={"x": "periodic"})
    x = random(3, 1, *(21, 14, 17)[:ndim])
    with torch.no_grad():
        torch.testing.assert_close(exported_program(model).module()(x), model(x), rtol=1e-5, atol=1e-6)


def test_levels_without_room_in_training_are_left_out() -> None:
    """The file is that of the network on the size it was trained on, also on finer grids."""
    model = network(steps=[[1, 0]] * 5 + [[2, 0]])
    program = exported_program(model, (8, 8)).module()
    for n, equal in ((8, True), (64, False)):
        x = random(1, 1, n, n)
        with torch.no_grad():
            assert torch.allclose(program(x), model(x), atol=1e-6) == equal


def test_maps_over_a_grid_tie_the_program_to_it() -> None:
    model = network(norm="layer", norm_shape=[9, 8])
    program, x = exported_program(model).module(), random(3, 1, 9, 8)
    with torch.no_grad():
        torch.testing.assert_close(program(x), model(x), rtol=1e-5, atol=1e-6)
    with pytest.raises(AssertionError, match="size"):
        program(random(1, 1, 16, 8))


def test_the_file_is_whole_and_training_goes_on(tmp_path: Path) -> None:
    model = network().train()
    export(model, tmp_path / "a.pt2")
    assert model.training
    assert [path.name for path in tmp_path.iterdir()] == ["a.pt2"]
    x = random(1, 1, 19, 24)
    with torch.no_grad():
        torch.testing.assert_close(torch.export.load(tmp_path / "a.pt2").module()(x), model(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("boundary", ["dirichlet", "periodic"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_onnx_computes_the_same(boundary: str, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="onnx is not installed (extra export)")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed (extra export)")
    from onnx.reference import ReferenceEvaluator

    model = network(boundary=boundary, steps=[[1, 0], [1, 0]])
    export(model, tmp_path / "a.onnx", "onnx")
    onnx.checker.check_model(str(tmp_path / "a.onnx"))
    graph = onnx.load(tmp_path / "a.onnx").graph
    for value in (*graph.input, *graph.output):
        dims = value.type.tensor_type.shape.dim
        assert [d.dim_param or d.dim_value for d in dims] == ["batch", 1, "height", "width"]
    x = random(3, 1, 9, 14)
    (y,) = ReferenceEvaluator(str(tmp_path / "a.onnx")).run(None, {"x": x.numpy()})
    with torch.no_grad():
        np.testing.assert_allclose(y, model(x).numpy(), rtol=1e-5, atol=1e-6)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r"sciml-kit\[export\]"):
        export(network(), tmp_path / "a.onnx", "onnx")
    assert not list(tmp_path.iterdir())


def test_bad_arguments_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'jit'"):
        export(network(), tmp_path / "a", "jit")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="works on 2"):
        exported_program(network(), (8,))
