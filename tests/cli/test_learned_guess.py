"""``sciml solve --guess RUN``: the start it gives, what the report says, and single lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from trained_runs import train, train_darcy
from training import settings_for, write_small

from sciml.datasets.formats.ours import writing
from sciml.datasets.generate.poisson import Poisson
from sciml.datasets.generate.recipe import rng_of
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid, solve
from sciml.train.trained import Trained

Run = Callable[..., Result]
SOLVE = ("solve", "--shape", "12,12", "--coefficient", "a.npy", "--method", "multigrid")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_darcy(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def sighted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that sees the source, values on the boundary, and obstacles."""
    folder = tmp_path_factory.mktemp("sighted")
    recipe = Poisson(boundary="random", obstacles=2)
    with writing(
        folder / "p.h5", 12, name="p", grid=recipe.grid(12), equation=recipe.equation(), seed=0, generator={}
    ) as writer:
        for index in range(12):
            sample = recipe.sample(12, rng_of(0, index))
            for name, values in sample.inputs.items():
                writer.put("inputs", name, index, values.astype(np.float32))
            writer.put("outputs", "solution", index, sample.outputs["solution"].astype(np.float32))
    return train(settings_for("unet", folder / "p.h5", model__boundary="dirichlet"), folder / "run")


@pytest.fixture
def medium(tmp_path: Path) -> Any:
    a = np.where(np.random.default_rng(0).random((12, 12)) < 0.5, 3.0, 12.0)
    np.save(tmp_path / "a.npy", a)
    return a


def report_of(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_report(run: Run, trained: Path, medium: Any) -> None:
    report = report_of(run(*SOLVE, "--guess", str(trained), "--output", "u.npy", "--report", "-"))
    system = poisson(Grid((12, 12)), medium, 1.0)
    b, x = system.b.ravel(), np.load("u.npy").ravel()
    u = Trained.of(trained).predict(medium[None, None]).ravel().astype(np.float64)
    A = system.A
    assert report["residual_guess"] == pytest.approx(np.linalg.norm(b - A @ u) / np.linalg.norm(b), rel=1e-6)
    assert report["guess_multiple"] == pytest.approx(u @ b / (u @ (A @ u)), rel=1e-6)
    assert report["energy_error"] == pytest.approx(np.sqrt((u - x) @ (A @ (u - x))), rel=1e-6)
    assert report["energy_error_estimate"] == pytest.approx(report["energy_error"], rel=0.15)
    assert report["energy_norm"] == pytest.approx(np.sqrt(x @ b), rel=1e-6)
    started = solve(A, b, Multigrid(), x0=report["guess_multiple"] * u)
    assert report["iterations"] == started.iterations
    assert report["iterations_zero_guess"] == solve(A, b, Multigrid()).iterations
    assert report["residual"] <= 1e-8
    assert report["guess_seconds"] > 0
    assert report["solve_seconds_zero_guess"] >= 0


def test_a_constant_the_network_does_not_see_is_fitted(run: Run, trained: Path, medium: Any) -> None:
    """A source 7 times as large has a solution 7 times as large."""
    one = report_of(run(*SOLVE, "--guess", str(trained), "--report", "-"))
    seven = report_of(run(*SOLVE, "--guess", str(trained), "--source", "7", "--report", "-"))
    assert seven["guess_multiple"] == pytest.approx(7 * one["guess_multiple"])
    assert seven["history"] == pytest.approx(one["history"], rel=1e-3)


@pytest.mark.parametrize("method", ["auto", "cg", "pcg", "minres", "gmres", "multigrid", "amg", "direct"])
def test_every_method_starts_from_it(run: Run, trained: Path, medium: Any, method: str) -> None:
    words = (*SOLVE[:-1], method)
    report = report_of(run(*words, "--guess", str(trained), "--report", "-"))
    plain = report_of(run(*words, "--report", "-"))
    assert report["converged"]
    assert report["iterations_zero_guess"] == plain["iterations"]


def test_other_resolutions_and_summaries(run: Run, trained: Path) -> None:
    words = ("solve", "--shape", "17,30", "--coefficient", "1+x*y", "--guess", str(trained))
    out = run(*words, "--report", "r.json").stdout
    report = json.loads(Path("r.json").read_text())
    line = next(line for line in out.splitlines() if line.startswith("guess"))
    assert f"{report['iterations']} iterations from it, {report['iterations_zero_guess']} from zero" in line
    out = run(*words).stdout
    assert not [line for line in out.splitlines() if line.startswith("guess")]


def test_network_sees_source_boundary_and_obstacles(run: Run, sighted: Path) -> None:
    rng = np.random.default_rng(1)
    mask = np.ones((12, 12))
    mask[4:7, 5:9] = 0
    f = rng.normal(size=(2, 12, 12))
    f[:, mask == 0] = np.nan
    np.save("f.npy", f)
    np.save("mask.npy", mask)
    words = ("--source", "f.npy", "--mask", "mask.npy", "--bc", "x-=dirichlet:'y'", "--method", "multigrid")
    report = report_of(run("solve", *words, "--guess", str(sighted), "--report", "-", "--output", "u.npy"))
    assert report["converged"]
    assert len(report["guess_multiple"]) == len(report["energy_error_estimate"]) == 2
    rim = np.zeros((12, 12))
    wall = (np.arange(12) + 0.5) / 12
    rim[0] = wall
    rim[0, [0, -1]] /= 2  # where a wall of zeros meets
    fields = {"source": np.where(mask, f, 0), "boundary": np.stack([rim] * 2), "mask": np.stack([mask] * 2)}
    network = Trained.of(sighted)
    u = network.predict(np.stack([fields[name] for name in network.record["inputs"]], axis=1))[:, 0]
    boundary = {"x-": Boundary("dirichlet", wall)}
    system = poisson(Grid((12, 12), boundary=boundary, mask=mask.astype(bool)), 1.0, np.where(mask, f, 0))
    u, b = np.where(mask, u, 0).reshape(2, -1).astype(np.float64), system.b.reshape(2, -1)
    errors = [np.linalg.norm(b[k] - system.A @ u[k]) / np.linalg.norm(b[k]) for k in range(2)]
    assert report["residual_guess"] == pytest.approx(max(errors), rel=1e-5)


def test_problem_file(run: Run, trained: Path) -> None:
    Path("p.toml").write_text(f'[grid]\nshape = [12, 12]\n[solver]\nguess = "{trained}"\n')
    report = report_of(run("solve", "p.toml", "--coefficient", "1+x", "--report", "-"))
    assert report["guess"] == str(trained)


@pytest.mark.parametrize(("words", "text"), [
    (("--shape", "8,8,8"), "3-D"),
    (("--shape", "8"), "1-D"),
    (("--shape", "8,1"), "at least 2 points"),
    (("--shape", "8,8", "--bc", "x=periodic"), "honours no other condition"),
    (("--shape", "9,9", "--location", "node"), "on nodes"),
    (("--shape", "8,8", "--coefficient", "1;2"), "one coefficient for all axes"),
    (("--shape", "8,8", "--x0", "1"), "--x0 and --guess"),
    (("A.mtx",), "networks work on boxes"),
])  # fmt: skip
def test_problems_that_do_not_fit(run: Run, trained: Path, words: tuple[str, ...], text: str) -> None:
    Path("A.mtx").write_text("%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 2\n")
    assert text in run("solve", *words, "--guess", str(trained), code=2).stderr


def test_runs_that_do_not_fit(run: Run, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert "holds no run" in run("solve", "--shape", "8,8", "--guess", "nowhere", code=2).stderr
    folder = tmp_path_factory.mktemp("other")
    data = write_small(folder / "d.h5", names=("vorticity", "later"))
    other = train(settings_for("unet", data, train__epochs=1), folder / "run")
    assert "vorticity" in run("solve", "--shape", "8,8", "--guess", str(other), code=2).stderr
