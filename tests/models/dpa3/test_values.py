"""Numbers that another implementation found with the same weights, and constants."""

from typing import Any

import numpy as np
import pytest
import torch
from potentials import CRYSTAL, MOLECULE, potential

from sciml.models.dpa3 import preset
from sciml.models.dpa3.activations import activation, silut
from sciml.models.dpa3.switches import switch

ENERGIES: list[tuple[dict[str, Any], float, float | None]] = [
    ({}, 5.1850110955236, 2.0060807312517),
    ({"update": "sequential"}, 5.2007542419252, 1.9189629772090),
    ({"edge_input": "inverse", "switch": "polynomial"}, 5.2113210413092, 3.9485021270825),
    ({"update_angle": False}, 5.1873077109118, 2.0510362961008),
    ({"update": "average"}, 3.4231785761751, 1.2326195639376),
    ({"max_edges": 10, "max_angle_edges": 4, "edge_norm": 10.0, "angle_norm": 4.0}, 5.5050910277963, None),
]
FORCES = [
    [[-0.062242674549439, -0.082175496067293, -0.008374927331690],
     [0.220669316673000, -0.097150993570926, -0.011527234710625],
     [-0.158426642123561, 0.179326489638218, 0.019902162042315]],
    [[-0.005120342783749, -0.007933600298444, -0.049048724396800],
     [0.005120342783749, 0.007933600298444, 0.049048724396800]],
]
# xx, xy, xz, yy, yz, zz
VIRIALS = [
    [0.249864938115735, -0.136303311341262, -0.015842664212356, 0.161916085684998, 0.017932648963822,
     0.001990216204231],
    [-0.706293497002681, 0.337218899899880, 0.007544875924575, -0.286772166408611, 0.171403353207889,
     -0.651903429834965],
]


@pytest.mark.parametrize(("choices", "molecule", "crystal"), ENERGIES)
def test_energies_are_those_of_the_published_code(choices: Any, molecule: float, crystal: float | None) -> None:
    model = potential(**choices)
    with torch.no_grad():
        found = model(model.batch([MOLECULE, CRYSTAL])).tolist()
    assert found[0] == pytest.approx(molecule, abs=1e-12)
    if crystal is not None:  # the nearest are not unique there
        assert found[1] == pytest.approx(crystal, abs=1e-12)


def test_forces_and_virials_are_those_of_the_published_code() -> None:
    for found, forces, virial in zip(potential().evaluate([MOLECULE, CRYSTAL]), FORCES, VIRIALS, strict=True):
        np.testing.assert_allclose(found["forces"], forces, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found["virial"][np.triu_indices(3)], virial, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found["virial"], found["virial"].T, rtol=0, atol=1e-14)


def test_pairs_and_angles_are_counted() -> None:
    """6 pairs and 12 angles in the molecule, 64 and 392 in the crystal."""
    batch = potential().batch([MOLECULE, CRYSTAL])
    assert (len(batch.centres), batch.n_angles) == (70, 404)


# Layers, species, and channels that differ from 128, 64, 32.
@pytest.mark.parametrize(("name", "species", "changes", "count"), [
    ("L3", 2, {}, 728_769), ("L6", 2, {}, 1_309_761), ("L12", 2, {}, 2_471_745), ("L24", 2, {}, 4_795_713),
    ("L16", 118, {}, 3_261_249), ("L16", 118, {"data_sets": 31}, 3_268_689),
    ("L3", 118, {"node_channels": 256, "edge_channels": 128}, 2_439_425),
])
def test_parameters_are_counted_as_published(name: str, species: int, changes: Any, count: int) -> None:
    model = preset(name, [f"X{k}" for k in range(species)], **changes)
    assert sum(weight.numel() for weight in model.parameters()) == count


@pytest.mark.parametrize(("t", "slope", "value", "jump"), [
    (3.0, 1.0881041, 2.8577224, 0.0323), (5.0, 1.0265474, 4.9665357, 0.0195), (10.0, 1.0004086, 9.9995460, 3.6e-4),
])
def test_silut_keeps_value_and_slope_at_its_threshold(t: float, slope: float, value: float, jump: float) -> None:
    for x0 in (t - 1e-9, t):
        x = torch.tensor([x0, 20.0], dtype=torch.float64, requires_grad=True)
        y = silut(x, t)
        (first,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), x)
        assert (y[0].item(), first[0].item()) == pytest.approx((value, slope), abs=1e-6)
        assert second[0].item() == pytest.approx(-jump if x0 < t else 0.0, rel=1e-2, abs=1e-12)
        assert y[1].item() == pytest.approx(value + 1, abs=1e-6)  # what it tends to


def test_silut_asks_for_values_beyond_only_where_there_are_some() -> None:
    """Both ways give the same bits below the threshold."""
    x = torch.linspace(-5, 2.9, 50, dtype=torch.float64)
    with_one_beyond = silut(torch.cat([x, torch.tensor([4.0], dtype=torch.float64)]), 3.0)
    torch.testing.assert_close(silut(x, 3.0), with_one_beyond[:-1], rtol=0, atol=0)
    torch.testing.assert_close(activation("silut")(x), silut(x, 3.0), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("r", "value"), [(0.7, 0.99752), (0.8, 0.98185), (0.9, 0.87342), (1.0, 0.36788), (1.05, 0.06599)]
)
def test_exponential_switch(r: float, value: float) -> None:
    found = switch(torch.tensor([5.3 * r], dtype=torch.float64), 5.3, 6.0, "exponential")
    assert found.item() == pytest.approx(value, abs=5e-6)


@pytest.mark.parametrize(("start", "cutoff", "value"), [(5.3, 6.0, 8.03e-7), (3.5, 4.0, 2.74e-8), (4.0, 4.5, 5.1e-6)])
def test_exponential_switch_at_the_cutoff(start: float, cutoff: float, value: float) -> None:
    found = switch(torch.tensor([cutoff], dtype=torch.float64), start, cutoff, "exponential")
    assert found.item() == pytest.approx(value, rel=1e-2)


def test_polynomial_switch_has_two_flat_derivatives_at_both_ends() -> None:
    for end, value in ((4.0, 1.0), (6.0, 0.0)):
        r = torch.tensor([end], dtype=torch.float64, requires_grad=True)
        s = switch(r, 4.0, 6.0, "polynomial")
        (first,) = torch.autograd.grad(s.sum(), r, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), r)
        assert (s.item(), first.item(), second.item()) == (value, 0.0, 0.0)
