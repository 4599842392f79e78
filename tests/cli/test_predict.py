"""The command ``sciml predict``: predictions, refined answers, what is said of them, and single lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from trained_runs import train, train_darcy, write_darcy
from training import settings_for

from sciml.datasets.formats.ours import open_ours
from sciml.mesh import Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid, solve
from sciml.train.evaluate import evaluate
from sciml.train.levels import with_levels
from sciml.train.native import predict_guess
from sciml.train.trained import Trained

Run = Callable[..., Result]

REFINED = (
    "residual_guess", "iterations", "iterations_zero_guess", "energy_error_estimate", "energy_error", "energy_norm",
    "multiple", "residual", "setup_seconds", "solve_seconds", "solve_seconds_zero_guess",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_darcy(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def blind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose data tell no equation."""
    return train_darcy(tmp_path_factory.mktemp("blind"), equation=False, train__epochs=1)


def coefficient(*shape: int) -> Any:
    return np.where(np.random.default_rng(0).random(shape) < 0.5, 3.0, 12.0)


def test_test_samples_of_the_run(run: Run, trained: Path) -> None:
    result = run("predict", str(trained), "--output", "u.npy")
    u = np.load("u.npy")
    assert u.shape == (3, 12, 12)
    assert u.dtype == np.float32
    assert "3 of 12 x 12" in result.stdout
    with open_ours(trained.parent / "darcy.h5") as data:
        target = data.outputs["solution"][np.arange(15, 18)]
    errors = np.linalg.norm((u - target).reshape(3, -1), axis=1) / np.linalg.norm(target.reshape(3, -1), axis=1)
    judged = evaluate(trained).report["metrics"]["rel_l2"]["per_sample"]
    np.testing.assert_allclose(errors, judged, rtol=1e-5)


def test_report_of_plain_predictions(run: Run, trained: Path) -> None:
    report = json.loads(run("predict", str(trained), "--output", "u.npy", "--report", "-").stdout)
    assert report["samples"] == 3
    assert report["indices"] == [15, 16, 17]
    assert report["part"] == "test"
    assert report["seconds_per_sample"] > 0
    assert not set(REFINED) & set(report)


def test_refined_answers_solve_the_equation(run: Run, trained: Path) -> None:
    run("predict", str(trained), "--part", "val", "--output", "u.npy", "--refine", "1e-9", "--report", "r.json")
    report, answers = json.loads(Path("r.json").read_text()), np.load("u.npy")
    plain = Trained.of(trained)
    with open_ours(trained.parent / "darcy.h5") as data:
        fields = data.inputs["coefficient"][np.arange(12, 15)]
    predictions = plain.predict(fields[:, None])[:, 0].astype(np.float64)
    assert {len(report[key]) for key in REFINED} == {3}
    for k, field in enumerate(fields):
        system = poisson(Grid((12, 12)), field.astype(np.float64), 1.0)
        b, x = system.b.ravel(), answers[k].ravel()
        size = np.linalg.norm(b)
        assert np.linalg.norm(b - system.A @ x) / size == pytest.approx(report["residual"][k], rel=1e-3)
        assert report["residual"][k] <= 1e-9
        u = predictions[k].ravel()
        assert report["residual_guess"][k] == pytest.approx(np.linalg.norm(b - system.A @ u) / size, rel=1e-6)
        assert report["energy_error"][k] == pytest.approx(np.sqrt((u - x) @ (system.A @ (u - x))), rel=1e-6)
        assert report["energy_error_estimate"][k] == pytest.approx(report["energy_error"][k], rel=0.15)
        solver = Multigrid()
        guess = report["multiple"][k] * u
        assert report["iterations"][k] == solve(system.A, b, solver, x0=guess, rtol=1e-9).iterations
        assert report["iterations_zero_guess"][k] == solve(system.A, b, solver, rtol=1e-9).iterations
    assert report["mean"]["iterations"] == pytest.approx(np.mean(report["iterations"]))
    assert report["converged"]


def test_summary_tells_when_nothing_is_saved(run: Run, trained: Path) -> None:
    out = run("predict", str(trained), "--output", "u.npy", "--refine", "1e-8", "--report", "r.json").stdout
    mean = json.loads(Path("r.json").read_text())["mean"]
    assert ("saves none" in out) == (mean["iterations"] >= mean["iterations_zero_guess"])


@pytest.mark.parametrize("shape", [(12, 12), (2, 12, 12), (15, 9), (3, 20, 24)])
def test_arrays_at_any_resolution(run: Run, trained: Path, shape: tuple[int, ...]) -> None:
    a = coefficient(*shape)
    np.save("a.npy", a)
    run("predict", str(trained), "a.npy", "--output", "u.npy")
    u = np.load("u.npy")
    assert u.shape == shape
    expected = Trained.of(trained).predict(a.reshape(-1, 1, *shape[-2:]))
    np.testing.assert_array_equal(u.reshape(expected.shape), expected)
    run("predict", str(trained), "a.npy", "--output", "x.npy", "--refine", "1e-8")
    x = np.load("x.npy").reshape(-1, *shape[-2:])
    for k, field in enumerate(a.reshape(x.shape)):
        exact = poisson(Grid(shape[-2:]), field, 1.0)
        assert np.linalg.norm(exact.b.ravel() - exact.A @ x[k].ravel()) <= 1.01e-8 * np.linalg.norm(exact.b)


def test_refinement_starts_from_levels_that_are_added(run: Run, trained: Path, tmp_path: Path) -> None:
    steps = [[1, 0], [2, 0]]
    path = train(settings_for("mgno", trained.parent / "darcy.h5", train__epochs=1, model__steps=steps), tmp_path / "m")
    a = coefficient(24, 24)
    np.save("a.npy", a)
    out = run("predict", str(path), "a.npy", "--output", "x.npy", "--levels", "1", "--refine", "1e-8", "--report",
              "r.json").stdout
    assert "24 x 24, 1 level added" in out
    report, system = json.loads(Path("r.json").read_text()), poisson(Grid((24, 24)), a, 1.0)
    assert report["levels"] == 1
    u = with_levels(Trained.of(path), 1).predict(a[None, None])[0, 0].ravel().astype(np.float64)
    b = system.b.ravel()
    assert report["residual_guess"][0] == pytest.approx(np.linalg.norm(b - system.A @ u) / np.linalg.norm(b), rel=1e-6)


def test_refinement_on_a_finer_grid_starts_from_that_of_training(run: Run, trained: Path) -> None:
    grid, a = Grid((24, 36)), coefficient(24, 36)
    np.save("a.npy", a)
    out = run("predict", str(trained), "a.npy", "--output", "x.npy", "--refine", "1e-8", "--report", "r.json").stdout
    report = json.loads(Path("r.json").read_text())
    assert report["resolution"] == [24, 36]
    assert report["predicted_at"] == [12, 12]
    assert "predicted on 12 x 12 and interpolated" in out
    u = predict_guess(Trained.of(trained), a[None, None], grid).ravel().astype(np.float64)
    system = poisson(grid, a, 1.0)
    error = np.linalg.norm(system.b.ravel() - system.A @ u) / np.linalg.norm(system.b)
    assert report["residual_guess"] == pytest.approx([error], rel=1e-5)
    solved = ("--shape", "24,36", "--coefficient", "a.npy", "--report", "-")
    report = json.loads(run("solve", *solved, "--guess", str(trained)).stdout)
    assert report["residual_guess"] == pytest.approx(error, rel=1e-5)
    assert report["predicted_at"] == [12, 12]


def test_output_as_a_data_set(run: Run, trained: Path, tmp_path: Path) -> None:
    other = write_darcy(tmp_path / "other.h5", 16, 9)
    run("predict", str(trained), "other.h5", "--output", "p.h5", "--refine", "1e-6")
    with open_ours(other) as data, open_ours(tmp_path / "p.h5") as found:
        assert found.grid is not None
        assert found.grid.shape == (16, 16)
        assert found.equation == data.equation
        np.testing.assert_array_equal(found.inputs["coefficient"][:], data.inputs["coefficient"][np.arange(6, 9)])
        np.testing.assert_allclose(found.outputs["solution"][:], data.outputs["solution"][np.arange(6, 9)], rtol=1e-3)
    run("predict", str(trained), "p.h5", "--output", "again.npy", "--refine", "1e-6")
    assert np.load("again.npy").shape == (3, 16, 16)


def test_array_without_equation_is_predicted_but_not_refined(run: Run, blind: Path) -> None:
    np.save("a.npy", coefficient(12, 12))
    run("predict", str(blind), "a.npy", "--output", "u.npy", "-q")
    result = run("predict", str(blind), "a.npy", "--output", "v.npy", "--refine", "1e-8", code=2)
    assert "no equation" in result.stderr


BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "suffix": (("--output", "u.txt"), "suffix '.txt'"),
    "folder": (("--output", "no/u.npy"), "there is no folder"),
    "report": (("--output", "u.npy", "--report", "r.txt"), "--report r.txt"),
    "tolerance": (("--output", "u.npy", "--refine", "0"), "--refine is 0"),
    "threads": (("--output", "u.npy", "--threads", "0"), "--threads is 0"),
    "part": (("--output", "u.npy", "--part", "tests"), "part 'tests'"),
    "missing": (("none.npy", "--output", "u.npy"), "none.npy"),
    "missing set": (("none.h5", "--output", "u.npy"), "none.h5"),
    "axes": (("line.npy", "--output", "u.npy"), "(H, W) or (N, H, W)"),
    "complex": (("complex.npy", "--output", "u.npy"), "complex"),
    "nan": (("nan.npy", "--output", "u.npy"), "sample 1"),
    "negative": (("negative.npy", "--output", "u.npy", "--refine", "1e-8"), "coefficient"),
    "no samples": (("none_in.npy", "--output", "u.npy"), "at least one sample"),
    "one point": (("thin.npy", "--output", "u.npy"), "at least 2 points"),
    "boundary": (("periodic.h5", "--output", "u.npy"), "periodic"),
}


@pytest.mark.parametrize(("words", "text"), BAD.values(), ids=BAD)
def test_bad_input(run: Run, trained: Path, tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    np.save("line.npy", np.ones(12))
    np.save("complex.npy", np.ones((12, 12), complex))
    np.save("nan.npy", np.stack([np.ones((12, 12)), np.full((12, 12), np.nan)]))
    np.save("negative.npy", -np.ones((12, 12)))
    np.save("none_in.npy", np.ones((0, 12, 12)))
    np.save("thin.npy", np.ones((1, 12)))
    write_darcy(tmp_path / "periodic.h5", count=7, kind="periodic")
    assert text in run("predict", str(trained), *words, code=2).stderr


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_no_run(run: Run, name: str) -> None:
    assert "holds no run" in run("predict", name, "--output", "u.npy", code=2).stderr
