"""Checks of files: what is sound passes, what is not is named by sample."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from sciml.datasets.checks import check
from sciml.datasets.dataset import DataSet, StoredField
from sciml.datasets.formats.ours import open_ours
from sciml.datasets.generate.burgers import Burgers
from sciml.datasets.generate.darcy import Darcy
from sciml.datasets.generate.engine import Order, generate
from sciml.datasets.generate.helmholtz import Helmholtz
from sciml.datasets.generate.navier_stokes import NavierStokes
from sciml.datasets.generate.poisson import Poisson
from sciml.mesh import Grid

RECIPES = {
    "darcy": Darcy(), "averaged": Darcy(refine=2), "published": Darcy(scheme="gwf"),
    "poisson": Poisson(source="one", coefficient="inclusions", boundary="random", obstacles=3),
    "cube": Poisson(ndim=3), "helmholtz": Helmholtz(frequency=150.0),
    "flow": NavierStokes(history=1, frames=2), "burgers": Burgers(frames=2, step=0.01, refine=1),
    "waves": Burgers(step=0.01),
}
SYSTEMS = "labels solve the stored systems"
ALWAYS = {"checksums", "finite values", "stored residuals"}
MORE = {
    "darcy": {"maximum principle", SYSTEMS}, "averaged": {"maximum principle"}, "published": set(),
    "poisson": {"maximum principle", SYSTEMS}, "cube": {SYSTEMS}, "helmholtz": {SYSTEMS},
    "flow": {"conserved mean"}, "burgers": {"conserved mean"}, "waves": set(),
}


def made(folder: Path, name: str, dtype: str = "float32", samples: int = 4) -> Path:
    path = folder / f"{name}.h5"
    generate(Order(name, RECIPES[name], samples, 12, dtype=dtype), path)  # type: ignore[arg-type]
    return path


def failed(path: Path) -> dict[str, str]:
    with open_ours(path) as data:
        return {finding.name: finding.text for finding in check(data) if not finding.passed}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", RECIPES)
def test_what_generators_make_passes(name: str, dtype: str, tmp_path: Path) -> None:
    with open_ours(made(tmp_path, name, dtype)) as data:
        findings = check(data)
    assert all(finding.passed for finding in findings), findings
    assert {finding.name for finding in findings} == ALWAYS | MORE[name]


def spoil_value(file: h5py.File) -> None:
    file["outputs/solution"][2, 3, 4] *= 1.001


def spoil_input(file: h5py.File) -> None:
    file["inputs/coefficient"][1, 5, 5] = 7.0


def spoil_sign(file: h5py.File) -> None:
    file["outputs/solution"][3, 0, 0] = -1e-3


def spoil_finite(file: h5py.File) -> None:
    file["inputs/coefficient"][0, 1, 1] = np.nan
    file["outputs/solution"][2] = np.inf


def spoil_residual(file: h5py.File) -> None:
    file["samples/residual"][3] = np.nan


@pytest.mark.parametrize(("spoil", "said"), [
    (spoil_value, {SYSTEMS: "sample 2 of 4"}), (spoil_input, {SYSTEMS: "sample 1 of 4"}),
    (spoil_sign, {SYSTEMS: "sample 3 of 4", "maximum principle": "sample 3 of 4; 3: u falls to -0.001"}),
    (spoil_finite, {"finite values": "samples 0, 2 of 4; 0: inputs/coefficient has 1 values"}),
    (spoil_residual, {"stored residuals": "sample 3 above"}),
])
def test_wrong_samples_are_named(spoil: Callable[[h5py.File], None], said: dict[str, str], tmp_path: Path) -> None:
    path = made(tmp_path, "darcy")
    with h5py.File(path, "a") as file:
        spoil(file)
    found = failed(path)
    assert found.keys() == said.keys()
    assert all(said[name] in text for name, text in found.items()), found


def test_wrong_waves_and_means_are_named(tmp_path: Path) -> None:
    waves, flow = made(tmp_path, "helmholtz"), made(tmp_path, "flow")
    with h5py.File(waves, "a") as file:
        file["inputs/speed"][1] *= 1.0001
    assert "sample 1 of 4" in failed(waves)[SYSTEMS]
    with h5py.File(flow, "a") as file:
        file["outputs/solution"][3, 1] += 1e-4
    assert "sample 3 of 4; 3: mean drifts by 0.0001" in failed(flow)["conserved mean"]


def test_bytes_that_changed_on_disk_are_found(tmp_path: Path) -> None:
    path = made(tmp_path, "darcy")
    with h5py.File(path) as file:
        offset = file["outputs/solution"].id.get_chunk_info(2).byte_offset
    raw = bytearray(path.read_bytes())
    raw[offset + 7] ^= 4
    path.write_bytes(raw)
    assert failed(path)["checksums"].startswith("sample 2 of 4")


def test_chosen_systems_are_spread_over_the_file(tmp_path: Path) -> None:
    with open_ours(made(tmp_path, "darcy")) as data:
        for systems, expected in ((0, None), (2, "2 samples"), (99, "4 samples")):
            texts = {finding.name: finding.text for finding in check(data, systems)}
            assert texts.get(SYSTEMS) == expected


def test_sources_and_walls_of_both_signs() -> None:
    """-Laplace u <= 0 has its largest value on the boundary; sources of both signs promise nothing."""
    equation = {"kind": "poisson", "source": "source", "solution": "solution"}
    source, solution = (StoredField(np.array(values)) for values in ([[-1.0] * 3, [-1, 0, 1.0]], [[0.5] * 3] * 2))
    data = DataSet("two", {"source": source}, {"solution": solution}, Grid((3,)), equation)
    found = {finding.name: finding.text for finding in check(data, 0)}
    assert found["maximum principle"].startswith("sample 0 of 1; 0: u rises to 0.5")


@pytest.mark.parametrize("samples", [40, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("variant", ["smooth", "rough", "multiscale"])
def test_no_darcy_sample_breaks_the_maximum_principle(variant: str, samples: int, tmp_path: Path) -> None:
    path = tmp_path / "darcy.h5"
    generate(Order("darcy", Darcy(variant), samples, 32), path)  # type: ignore[arg-type]
    with open_ours(path) as data:
        findings = check(data)
        assert data.outputs["solution"][:].min() > 0
    assert all(finding.passed for finding in findings), findings
    assert Counter(f.text for f in findings)[f"{samples} samples"] == 3
