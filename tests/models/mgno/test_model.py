"""MgNO: parameter counts, every size and condition, symmetries, the choices of its cycles."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.models import load_model
from sciml.models.mgno import PRESETS, CycleSettings, MgNO, VCycle, preset

SHORT = [[1, 1], [1, 0], [1, 1], [2, 0]]
COUNTS = {"darcy-smooth": 678_093, "darcy-rough": 572_661, "navier-stokes": 2_885_194, "pipe": 783_876,
          "helmholtz": 5_351_806, "darcy-32": 114_811, "darcy-16": 91_359}
PUBLISHED_SIZES = {"darcy-smooth": 211, "navier-stokes": 64, "helmholtz": 101}


def network(**arguments: Any) -> MgNO:
    torch.manual_seed(0)
    return MgNO(**{"hidden_channels": 4, "n_layers": 2, "steps": SHORT, **arguments})


def cycle(**arguments: Any) -> VCycle:
    torch.manual_seed(0)
    return VCycle(2, 3, CycleSettings(**{"steps": SHORT, **arguments})).double()


def field(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_published_number_of_parameters(name: str) -> None:
    model = preset(name)
    assert sum(parameter.numel() for parameter in model.parameters()) == COUNTS[name]
    n = PUBLISHED_SIZES.get(name, 33)
    with torch.inference_mode():
        assert model(torch.zeros(1, model.config["in_channels"], n, n)).shape == (1, 1, n, n)


def test_only_the_idle_operators_of_a_preset_do_nothing() -> None:
    model = preset("helmholtz")
    model(torch.randn(1, 1, 101, 101, generator=torch.Generator().manual_seed(0))).sum().backward()
    assert sum(p.numel() for p in model.parameters() if p.grad is None) == 11_241


def test_normalisation_without_a_grid_frees_a_preset_of_its_size() -> None:
    model = preset("navier-stokes", norm="channel", norm_shape=None)
    assert model(torch.zeros(1, 1, 32, 48)).shape == (1, 1, 32, 48)
    assert sum(p.numel() for p in model.parameters()) == 2_885_194 - 1_740_800 + 5 * 4 * 2 * 32


SIZES = (5, 16, 31, 32, 33, 64, 85, 100, 101, 128, 129, 141, 211, 421)


@pytest.mark.parametrize("shapes", [
    pytest.param(list(product(SIZES, SIZES)), id="all", marks=pytest.mark.slow),
    pytest.param(list(zip(SIZES, SIZES[3:] + SIZES[:3], strict=True)), id="each twice"),
])
def test_one_set_of_weights_serves_every_size(shapes: list[tuple[int, int]]) -> None:
    model = network(n_layers=1, hidden_channels=2, boundary={"x": "periodic", "y-": "neumann"})
    for shape in shapes:
        model.zero_grad()
        y = model(torch.ones(1, 1, *shape))
        assert y.shape == (1, 1, *shape)
        y.square().mean().backward()
        assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None), shape


@pytest.mark.parametrize("ndim", [1, 3])
def test_every_size_on_lines_and_in_boxes(ndim: int) -> None:
    """Boxes have each size along each axis, beside small ones."""
    model = network(ndim=ndim, n_layers=1, hidden_channels=2, boundary={"x": "periodic"})
    shapes = [(n,) for n in SIZES] if ndim == 1 else [(n, 5, 6) for n in SIZES] + [(5, n, 4) for n in SIZES]
    for shape in shapes:
        y = model(torch.ones(1, 1, *shape))
        assert y.shape == (1, 1, *shape)
        model.zero_grad()
        y.square().mean().backward()
        assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None), shape


CONDITIONS = st.sampled_from(("dirichlet", "neumann", "periodic"))
KERNELS = st.sampled_from(((3, 3), (3, 4), (4, 4)))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.data(), st.integers(1, 3), KERNELS, st.sampled_from(("plain", "residual", "fas")), st.booleans())
def test_any_choice_keeps_the_shape_and_is_linear(
    data: st.DataObject, ndim: int, kernels: tuple[int, int], restriction: str, shared: bool
) -> None:
    location = "cell" if kernels[0] == 4 else data.draw(st.sampled_from(("cell", "node", "interior")))
    conditions = {axis + sign: data.draw(CONDITIONS) for axis in "xyz"[:ndim] for sign in "-+"}
    for axis in "xyz"[:ndim]:
        if conditions[axis + "-"] == "periodic" or conditions[axis + "+"] == "periodic":
            conditions |= {axis + "-": "periodic", axis + "+": "periodic"}
    shape = data.draw(st.tuples(*[st.integers(2, 13)] * ndim))
    W = cycle(ndim=ndim, boundary=conditions, location=location, restriction=restriction, share_A=shared,
              restriction_kernel=kernels[0], prolongation_kernel=kernels[1])
    f, g = field(2, 2, *shape), field(2, 2, *shape, seed=2)
    expected = 2 * W(f) - 3 * W(g)
    assert expected.shape == (2, 3, *shape)
    assert (W(2 * f - 3 * g) - expected).norm() <= 1e-12 * expected.norm()


@pytest.mark.parametrize("kernels", [(3, 3), (3, 4), (4, 4)])
@pytest.mark.parametrize("norm", ["none", "channel"])
def test_periodic_networks_commute_with_shifts(kernels: tuple[int, int], norm: str) -> None:
    model = network(boundary="periodic", restriction_kernel=kernels[0], prolongation_kernel=kernels[1], norm=norm,
                    norm_place="prolongation", bias=True).double()
    x = field(2, 1, 32, 64)
    shifted = model(x.roll((8, -24), (2, 3))).roll((-8, 24), (2, 3))
    assert (shifted - model(x)).abs().max() <= 1e-12 * model(x).abs().max()
    by_one = model(x.roll(1, 2)).roll(-1, 2)
    assert (by_one - model(x)).abs().max() > 1e-4 * model(x).abs().max()


@pytest.mark.parametrize(("ndim", "boundary", "wrapped"), [
    (1, "periodic", [2]), (2, {"y": "periodic", "x-": "neumann"}, [3]), (3, "periodic", [2, 3, 4]),
    (3, {"x": "periodic", "y": "neumann", "z": "periodic"}, [2, 4]),
])
def test_networks_commute_with_shifts_along_their_periodic_axes(ndim: int, boundary: Any, wrapped: list[int]) -> None:
    model = network(ndim=ndim, boundary=boundary, n_layers=1, bias=True).double()
    x = field(1, 1, *(16, 24, 8)[:ndim])
    moved = model(x.roll([8] * len(wrapped), wrapped)).roll([-8] * len(wrapped), wrapped)
    assert (moved - model(x)).abs().max() <= 1e-12 * model(x).abs().max()
    for dim in {2, 3, 4}.intersection(range(2, ndim + 2)).difference(wrapped):
        assert (model(x.roll(8, dim)).roll(-8, dim) - model(x)).abs().max() > 1e-4 * model(x).abs().max()


@pytest.mark.parametrize(("location", "boundary", "n", "kernel"), [
    ("interior", "dirichlet", 31, 3), ("node", "neumann", 33, 3), ("node", "dirichlet", 33, 3),
    ("cell", "neumann", 32, 4), ("cell", "dirichlet", 32, 4),
])
def test_symmetric_kernels_make_a_network_equivariant_to_the_square(
    location: str, boundary: str, n: int, kernel: int
) -> None:
    model = network(location=location, boundary=boundary, restriction_kernel=kernel,
                    prolongation_kernel=kernel).double()
    with torch.no_grad():
        for weight in (p for p in model.parameters() if p.ndim == 4):
            flips = [weight, weight.flip(2), weight.flip(3), weight.flip(2, 3)]
            mean = torch.stack(flips).mean(0)
            weight.copy_((mean + mean.transpose(2, 3)) / 2)
    x = field(1, 1, n, n)
    y = model(x)
    for turns, flip in product(range(4), (False, True)):
        image = torch.rot90(x.flip(2) if flip else x, turns, (2, 3))
        expected = torch.rot90(y.flip(2) if flip else y, turns, (2, 3))
        assert (model(image) - expected).abs().max() <= 1e-12 * y.abs().max()


def test_fas_is_the_residual_cycle_for_linear_operators() -> None:
    """With one A a level, starting the correction from Pi u changes nothing: A is linear, and so are the steps.

    With more than zero steps before, u of the coarse level enters only through the smoothing of u - Pi u = 0.
    """
    fas, residual = cycle(restriction="fas", share_A=True), cycle(restriction="residual", share_A=True)
    missing = residual.load_state_dict(fas.state_dict(), strict=False)
    assert not missing.missing_keys
    f = field(1, 2, 24, 17)
    torch.testing.assert_close(fas(f), residual(f), rtol=1e-12, atol=1e-14)


def test_fixed_transfers_have_no_parameters_and_keep_linear_fields() -> None:
    W = cycle(transfer="fixed", location="node", boundary="neumann", prolongation_kernel=3)
    assert not [name for name, _ in W.named_parameters() if name.split(".")[0] in ("R", "Pi", "T")]
    line = torch.arange(17.0, dtype=torch.float64).expand(1, 3, 9, 17)
    T = W.double().T[0]
    torch.testing.assert_close(T(line[..., ::2, ::2], (9, 17)), line)
    assert set(W.state_dict()) == set(cycle().state_dict())


def test_small_fields_use_fewer_levels() -> None:
    assert CycleSettings(steps=SHORT).sizes((64, 5)) == [(64, 5), (32, 3), (16, 2)]
    assert CycleSettings(steps=SHORT, location="interior").sizes((7, 7)) == [(7, 7), (3, 3)]


@pytest.mark.parametrize("options", [
    {}, {"lifting": True, "out_channels": 2, "in_channels": 3}, {"head_channels": 5, "ndim": 1},
    {"head": "cycle", "norm": "channel", "ndim": 3, "boundary": {"z": "periodic"}}, {"increment": True, "bias": True},
])
def test_saved_networks_come_back(options: dict[str, Any], tmp_path: Path) -> None:
    model = network(**options)
    assert json.loads(json.dumps(model.config)) == model.config
    model.save_pretrained(tmp_path)
    loaded = load_model(tmp_path)
    x = torch.randn(2, model.config["in_channels"], *(9, 8, 6)[: model.config["ndim"]])
    with torch.no_grad():
        assert torch.equal(loaded(x), model(x))


def test_an_increment_starts_from_the_input() -> None:
    model = network(increment=True)
    with torch.no_grad():
        model.head.weight.zero_()
    x = torch.randn(1, 1, 8, 8)
    assert torch.equal(model(x), x)


@pytest.mark.parametrize(("ndim", "boundary", "zeros"), [
    (1, {"x-": "neumann"}, ["x+"]), (2, "dirichlet", ["x-", "x+", "y-", "y+"]),
    (3, {"x": "periodic", "y+": "neumann", "z": "neumann"}, ["y-"]),
])
def test_hard_conditions_hold_exactly_and_nothing_else_changes(ndim: int, boundary: Any, zeros: list[str]) -> None:
    options: dict[str, Any] = {"ndim": ndim, "boundary": boundary, "location": "node", "increment": True}
    x = field(2, 1, *(9, 8, 7)[:ndim])
    hard, soft = network(hard_dirichlet=True, **options).double()(x), network(**options).double()(x)
    expected = soft.clone()
    for side in zeros:
        expected.select(2 + "xyz".index(side[0]), 0 if side[1] == "-" else -1).zero_()
    assert torch.equal(hard, expected)
    assert not torch.equal(hard, soft)


def test_conditions_of_a_grid_are_taken_over() -> None:
    grid = Grid((16, 17), location="node", boundary={"x": Boundary("periodic"), "y": Boundary("neumann")})
    model = network(boundary=grid)
    assert model.config["location"] == "node"
    assert model.config["boundary"] == {"x-": "periodic", "x+": "periodic", "y-": "neumann", "y+": "neumann"}


@pytest.mark.parametrize(("arguments", "text"), [
    ({"boundary": "robin"}, "cannot honour a boundary condition 'robin'"),
    ({"boundary": {"x-": "periodic", "x+": "neumann"}}, "one side only"),
    ({"boundary": {"z": "neumann"}}, "'z' is unknown"),
    ({"boundary": 3}, "boundary is 3"),
    ({"boundary": Grid((8, 8), boundary={"x+": Boundary("dirichlet", 2.0)})}, "values other than 0 on x\\+"),
    ({"boundary": Grid((8, 8), boundary=Boundary("robin", 0.0, transfer=1.0))}, "robin condition on x-"),
    ({"location": "face"}, "location 'face'"), ({"ndim": 4}, "ndim is 4"), ({"n_layers": 0}, "n_layers is 0"),
    ({"steps": []}, "no level"), ({"steps": [1, 2]}, "pairs"), ({"steps": [[0, 1], [1, 0]]}, "begins without"),
    ({"restriction": "full"}, "restriction is 'full'"), ({"norm": "batch"}, "norm 'batch'"),
    ({"norm": "layer"}, "norm_shape"), ({"restriction_kernel": 4, "location": "node"}, "use 3"),
    ({"prolongation_kernel": 5}, "prolongation_kernel is 5"), ({"prolongation_kernel": [3, 4]}, "2 prolongation"),
    ({"increment": True, "out_channels": 2}, "increment"), ({"head": "mlp"}, "head is 'mlp'"),
    ({"dirichlet": "odd", "location": "node"}, "odd continuation"), ({"legacy": ["x"]}, "legacy is 'x'"),
    ({"transfer": "fixed", "legacy": ["growing"]}, "fixed transfers"),
    ({"hard_dirichlet": True}, "the location is cell, whose values"),
    ({"hard_dirichlet": True, "location": "node", "boundary": "periodic"}, "no side of 'periodic'"),
])
def test_what_does_not_fit_is_refused_by_name(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        network(**arguments)


@pytest.mark.parametrize("shape", [(1, 2, 8, 8), (1, 8, 8), (1, 1, 1, 8), (1, 1, 8, 8, 8)])
def test_fields_of_another_layout_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="field has shape"):
        network()(torch.zeros(shape))


def test_unknown_presets_name_the_nearest() -> None:
    with pytest.raises(InputError, match="darcy-rough"):
        preset("darcy-rouhg")
