"""The memory estimate lies above what a solve takes, and not far above."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scipy.sparse import save_npz

from sciml.cli._estimate import _COPIES, box_bytes, matrix_bytes
from sciml.cli._on_mesh import OnMesh
from sciml.cli._settings import Settings
from sciml.mesh import Grid, box_mesh
from sciml.mesh.io import write_mesh
from sciml.pde import poisson
from sciml.solvers import SOLVERS


def test_every_method_has_an_estimate() -> None:
    assert set(SOLVERS) <= set(_COPIES)


@pytest.mark.parametrize(("method", "coefficient", "shape"), [
    ("fft", "1", (96, 96, 96)),
    ("multigrid", "1+x*y", (96, 96, 96)),
    pytest.param("multigrid", "1", (96, 96, 96), marks=pytest.mark.slow),
    pytest.param("pcg", "1+x*y", (96, 96, 96), marks=pytest.mark.slow),
    pytest.param("direct", "1+x*y", (300, 300), marks=pytest.mark.slow),
    pytest.param("direct", "1+x*y", (24, 24, 24), marks=pytest.mark.slow),
])  # fmt: skip
def test_estimate_against_the_resident_set(
    tmp_path: Path, method: str, coefficient: str, shape: tuple[int, ...]
) -> None:
    arguments = ("--shape", ",".join(map(str, shape)), "--coefficient", coefficient, "--method", method)
    peak = peak_of(tmp_path, *arguments)
    field = 1.0 if coefficient == "1" else coefficient
    expected = box_bytes(Settings(method=method, coefficient=(field,)), Grid(shape), 1)
    assert 0.9 * peak <= expected <= 2.0 * peak


@pytest.mark.parametrize(("kind", "shape", "refine"), [
    ("triangle", (300, 300), 1),
    pytest.param("triangle", (1000, 1000), 0, marks=pytest.mark.slow),
    pytest.param("quad", (700, 700), 0, marks=pytest.mark.slow),
    pytest.param("tetra", (60, 60, 60), 0, marks=pytest.mark.slow),
    pytest.param("tetra", (21, 21, 21), 2, marks=pytest.mark.slow),
    pytest.param("hexahedron", (60, 60, 60), 0, marks=pytest.mark.slow),
])  # fmt: skip
def test_meshes_against_the_resident_set(tmp_path: Path, kind: Any, shape: tuple[int, ...], refine: int) -> None:
    mesh = box_mesh(shape, kind=kind)
    write_mesh(mesh, tmp_path / "box.vtu")
    peak = peak_of(tmp_path, "box.vtu", "--refine", str(refine), "--output", "u.vtu")
    expected = OnMesh(Settings(refine=refine), mesh).memory
    assert 0.9 * peak <= expected <= 2.0 * peak


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(600, 600), (80, 80, 80)])
def test_matrices_against_the_resident_set(tmp_path: Path, shape: tuple[int, ...]) -> None:
    A = poisson(Grid(shape)).A.tocsr()
    save_npz(tmp_path / "A.npz", A, compressed=False)
    peak = peak_of(tmp_path, "A.npz", "--method", "amg")
    assert 0.9 * peak <= matrix_bytes(A.shape[0], A.nnz) <= 2.0 * peak


def peak_of(folder: Path, *arguments: str) -> int:
    """Largest resident set of a solve in a process of its own."""
    code = "from sciml.cli.main import main; main()"
    subprocess.run(
        [sys.executable, "-P", "-c", code, "solve", *arguments, "--report", "r.json", "-q", "--rtol", "1e-2"],
        cwd=folder, check=True,
    )  # fmt: skip
    return int(json.loads((folder / "r.json").read_text())["peak_memory_bytes"])
