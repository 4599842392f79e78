"""The written solution satisfies a matrix rebuilt from the documented conventions alone, in plain SciPy."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

Run = Callable[..., Any]
Sides = dict[str, tuple[Any, ...]]  # "x-": ("robin", H, g)


def rebuild(
    shape: tuple[int, ...], extent: tuple[float, ...], k: list[np.ndarray], f: np.ndarray, sides: Sides,
    active: np.ndarray, fixed: np.ndarray, value: np.ndarray, sigma: float,
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """A, b and the unknowns' flags for cell averages, cell by cell.

    Sum over faces of c (u_i - u_j) / h^2 with c = 2 k_i k_j / (k_i + k_j); boundary values sit on faces.
    """
    n = int(np.prod(shape))
    unknown = active & ~fixed
    number = np.arange(n).reshape(shape)
    rows, columns, entries = [], [], []
    b = np.where(unknown, f, 0.0).ravel()
    for cell in np.argwhere(unknown):
        i = tuple(int(c) for c in cell)
        diagonal = sigma
        for axis, step in itertools.product(range(len(shape)), (-1, 1)):
            h, ka = extent[axis] / shape[axis], k[axis]
            kind, *data = sides["xyz"[axis] + ("-" if step < 0 else "+")]
            j = list(i)
            j[axis] += step
            if not 0 <= j[axis] < shape[axis]:
                if kind == "dirichlet":
                    diagonal += 2 * ka[i] / h**2
                    b[number[i]] += 2 * ka[i] * data[0] / h**2
                elif kind == "neumann":
                    b[number[i]] += data[0] / h
                elif kind == "robin":
                    conductance = 1 / (h / (2 * ka[i]) + 1 / data[0])
                    diagonal += conductance / h
                    b[number[i]] += conductance * data[1] / h
                if kind != "periodic":
                    continue
                j[axis] %= shape[axis]
            other = tuple(j)
            if other == i or not active[other]:
                continue
            c = 2 * ka[i] * ka[other] / (ka[i] + ka[other]) / h**2
            diagonal += c
            if fixed[other]:
                b[number[i]] += c * value[other]
            else:
                rows.append(number[i])
                columns.append(number[other])
                entries.append(-c)
        rows.append(number[i])
        columns.append(number[i])
        entries.append(diagonal)
    return coo_array((entries, (rows, columns)), shape=(n, n)).tocsr(), b, unknown.ravel()


def project(A: csr_array, b: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """b without its mean on every component whose rows sum to zero, and those components."""
    count, label = connected_components(A, directed=False)
    floating = []
    for component in range(count):
        cells = np.flatnonzero((label == component) & unknown)
        if len(cells) and np.allclose((A @ np.ones(len(b)))[cells], 0.0, atol=1e-9 * abs(A).max()):
            b[cells] -= b[cells].mean()
            floating.append(cells)
    return b, floating


def draw(seed: int) -> tuple[tuple[int, ...], tuple[float, ...], Sides, dict[str, Any]]:
    """A random problem: 1 to 3 axes, all conditions, per-axis or scalar k, obstacles, fixed cells, shift."""
    rng = np.random.default_rng(seed)
    ndim = seed % 3 + 1
    shape = tuple(int(n) for n in rng.integers(2, 9, ndim))
    extent = tuple(float(v) for v in rng.uniform(0.5, 2.0, ndim))
    sides: Sides = {}
    for axis in "xyz"[:ndim]:
        if rng.random() < 0.2:
            sides[axis + "-"] = sides[axis + "+"] = ("periodic",)
            continue
        for sign in "-+":
            g, H = round(float(rng.normal()), 3), round(float(rng.uniform(0.5, 3.0)), 3)
            sides[axis + sign] = [("dirichlet", g), ("neumann", g), ("robin", H, g)][rng.integers(3)]
    return shape, extent, sides, {
        "k": [np.exp(rng.standard_normal(shape)) for _ in range(ndim if rng.random() < 0.3 else 1)],
        "f": rng.standard_normal(shape),
        "active": rng.random(shape) < (0.7 if rng.random() < 0.5 else 1.1),
        "fixed": rng.random(shape) < (0.1 if rng.random() < 0.3 else -1),
        "value": rng.standard_normal(shape),
        "sigma": round(float(rng.uniform(0.1, 2.0)), 3) if rng.random() < 0.2 else 0.0,
    }


def grammar(sides: Sides) -> list[str]:
    return [f"{side}={kind}" + (":" + ",".join(map(str, v)) if v else "") for side, (kind, *v) in sides.items()]


@pytest.mark.parametrize("method", ["auto", "pcg", "direct"])
@pytest.mark.parametrize("seed", range(24))
def test_residual_of_the_written_file(run: Run, tmp_path: Path, seed: int, method: str) -> None:
    shape, extent, sides, data = draw(seed)
    data["active"][(0,) * len(shape)] = True
    data["fixed"] &= data["active"]
    np.save(tmp_path / "f.npy", data["f"])
    np.save(tmp_path / "mask.npy", data["active"])
    np.savez(tmp_path / "fixed.npz", flags=data["fixed"].astype(np.int8), values=data["value"])
    for axis, k in enumerate(data["k"]):
        np.save(tmp_path / f"k{axis}.npy", np.where(data["active"], k, np.nan))
    run(
        "solve", "--extent", ",".join(map(str, extent)), "--mask", "mask.npy", "--source", "f.npy",
        *(part for axis in range(len(data["k"])) for part in ("--coefficient", f"k{axis}.npy")),
        *(("--fixed", "fixed.npz:flags", "--fixed-value", "fixed.npz:values") if data["fixed"].any() else ()),
        "--bc", ";".join(grammar(sides)), "--shift", str(data["sigma"]), "--project",
        "--method", method, "--rtol", "1e-9", "--output", "u.npy", "--report", "r.json", "-q",
    )  # fmt: skip
    u = np.load(tmp_path / "u.npy")
    report = json.loads((tmp_path / "r.json").read_text())
    k = data["k"] * (len(shape) if len(data["k"]) == 1 else 1)
    A, b, unknown = rebuild(
        shape, extent, k, data["f"], sides, data["active"], data["fixed"], data["value"], data["sigma"]
    )
    b, floating = project(A, b, unknown)
    assert report["unknowns"] == unknown.sum()
    assert [c["cells"] for c in report["components"]] == sorted((len(cells) for cells in floating), reverse=True)
    x = np.where(unknown, u.ravel(), 0.0)
    residual = np.linalg.norm(b - A @ x) / (np.linalg.norm(b) or 1.0)
    assert residual <= 1e-9 * (1 + 1e-6)
    assert residual == pytest.approx(report["residual"], rel=1e-3, abs=2e-14)
    for cells in floating:
        assert abs(x[cells].mean()) <= 1e-12 * (np.abs(x).max() + 1)
    assert u.dtype == np.float64
    assert np.all(u[~data["active"]] == 0)
    assert np.array_equal(u[data["fixed"]], data["value"][data["fixed"]])


def test_matrix_file(run: Run, tmp_path: Path) -> None:
    from scipy.io import mmread

    shape, extent, sides, data = draw(5)
    np.save(tmp_path / "k.npy", data["k"][0])
    np.save(tmp_path / "mask.npy", data["active"])
    run(
        "solve", "--extent", ",".join(map(str, extent)), "--mask", "mask.npy", "--coefficient", "k.npy", "--project",
        *(part for text in grammar(sides) for part in ("--bc", text)), "--write-matrix", "A.mtx",
    )  # fmt: skip
    nothing = np.zeros(shape, bool)
    A, _, unknown = rebuild(
        shape, extent, data["k"][:1] * len(shape), data["f"], sides, data["active"], nothing, data["value"], 0.0
    )
    written = csr_array(mmread(tmp_path / "A.mtx"))
    difference = abs(written - A[unknown][:, unknown])
    assert difference.max() <= 1e-13 * abs(A).max()
