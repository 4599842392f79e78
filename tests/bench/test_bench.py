"""The benchmark runner: fair measurements, honest rows, records and reports."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml._errors import InputError
from sciml.bench import (
    Answer,
    Contender,
    Problem,
    Settings,
    Table,
    as_rst,
    as_text,
    compare,
    find_cases,
    load_case,
    missing,
    ours,
    read_record,
    read_records,
    run_case,
    write_record,
    write_report,
)
from sciml.bench.compare import MOST
from sciml.mesh import Grid
from sciml.pde import poisson

CASES = Path(__file__).parents[2] / "benchmarks"


def problem_with_obstacles() -> Problem:
    """Two pockets, an enclosed single cell, and a part that touches the sides."""
    mask = np.ones((9, 9), dtype=bool)
    mask[2:7, 2:7] = False
    mask[3, 3] = mask[5, 4:6] = True
    system = poisson(Grid((9, 9), mask=mask), source=0.0)
    return Problem("obstacles", system, Problem.noise((9, 9), 3))


def test_problem_drops_empty_rows_and_projects_the_right_hand_side() -> None:
    problem = problem_with_obstacles()
    assert problem.matrix.shape == (81 - 25 + 2, 81 - 25 + 2)  # the single cell has an empty row
    assert abs(problem.b[5, 4] + problem.b[5, 5]) < 1e-15
    x = np.random.default_rng(0).standard_normal((9, 9))
    r = problem.b - problem.A.apply(x)
    expected = np.linalg.norm(r.ravel()[problem.used]) / np.linalg.norm(problem.rhs)
    assert problem.residual(x) == pytest.approx(expected, rel=1e-12)
    assert problem.residual(x.ravel()[problem.used]) == problem.residual(x)


def test_the_definite_matrix_has_the_same_solutions() -> None:
    problem = problem_with_obstacles()
    assert np.linalg.matrix_rank(problem.matrix.toarray()) == problem.matrix.shape[0] - 1
    x = np.linalg.solve(problem.definite.toarray(), problem.rhs)
    assert problem.residual(x) < 1e-13


def test_rows_tell_what_happened() -> None:
    problem = Problem("line", poisson(Grid((30,))))

    def fail(*given: Any) -> Answer:
        raise RuntimeError("no such thing")

    contenders = [
        ours("direct"), missing("absent"), Contender("broken", fail, fail),
        Contender("wrong", lambda p: None, lambda state, p, rtol: Answer(np.zeros(30), 7)),
    ]
    rows = {str(row["method"]): row for row in compare(contenders, problem, Settings(repeats=2)).rows}
    assert rows["sciml direct"]["status"] == "converged"
    assert rows["sciml direct"]["times_fastest"] == 1.0
    assert rows["sciml direct"]["runs"] == 2
    assert rows["absent"] == {"method": "absent", "status": "not installed"}
    assert "no such thing" in str(rows["broken"]["status"])
    assert rows["wrong"]["status"] == "missed the tolerance"
    assert rows["wrong"]["residual"] == 1.0
    assert rows["wrong"]["iterations"] == 7


def test_runs_alternate_and_the_compiling_run_is_not_counted() -> None:
    problem = Problem("line", poisson(Grid((5,))))
    calls: list[str] = []

    def contender(name: str, compiles: bool) -> Contender:
        def solve(state: None, p: Problem, rtol: float) -> Answer:
            calls.append(name)
            return Answer(np.zeros(5), 1)

        return Contender(name, lambda p: None, solve, compiles=compiles)

    compare([contender("a", True), contender("b", False)], problem, Settings(repeats=2))
    assert calls == ["a", "a", "b", "a", "b"]
    calls.clear()
    compare([contender("a", False)], problem, Settings(repeats=1, seconds=1e9))
    assert calls == ["a"] * MOST


# At the smallest size they compile, train or import for ten seconds and more.
LONG = {
    "amg_matrices", "certified_prediction", "dcdm_ablation", "dcdm_costs", "dcdm_jump", "dcdm_obstacles", "mgno_speed",
    "neighbours", "poisson_mesh", "torch_kernels",
}


@pytest.mark.parametrize("case", [
    pytest.param(case, marks=pytest.mark.slow) if case in LONG else case for case in sorted(find_cases(CASES))
])
def test_case_runs_at_a_tiny_size_and_its_record_makes_a_page(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # what a case would fetch cannot be had
    # Cases with trainings begin none here; tests of their own do.
    record = run_case(CASES, case, Settings(size=8, repeats=1, fraction=0.002, runs=str(tmp_path), only="none"))
    path = tmp_path / f"{case}.json"
    write_record(record, path)
    assert read_record(path) == json.loads(json.dumps(record))
    tables = [Table(**table) for table in record["tables"]]
    assert tables
    for table in tables:
        for row in table.rows:
            if str(row.get("method", "")).startswith("sciml"):
                assert row["status"] in ("converged", "agrees"), (table.title, row)
        assert all(str(row[next(iter(row))]) in as_text(table) for row in table.rows)
    page = write_report([record], tmp_path / "report").read_text()
    for table in tables:
        assert as_rst(table) in page
    assert record["environment"]["versions"]["numpy"] == np.__version__


def test_own_and_foreign_residuals_are_the_same_question() -> None:
    """All peers that are installed agree on the answer of a small box."""
    module = load_case(CASES, "poisson_box")
    problem = module.box(8, seed=1)
    exact = np.linalg.solve(problem.matrix.toarray(), problem.rhs)
    everybody = [module.ours("fft"), module.scipy.transform(1), module.scipy.direct(), *module.pyamg.contenders(),
                 module.scipy.conjugate_gradients(), *module.hypre.pfmg(constant=True), *module.hypre.boomeramg()]
    for contender in everybody:
        if not contender.absent:
            prepared = contender.prepare(problem)
            answer = contender.solve(contender.setup(prepared), prepared, 1e-10)
            np.testing.assert_allclose(problem.reduced(answer.x), exact, atol=1e-8 * np.abs(exact).max())


def test_the_report_of_no_results_says_so(tmp_path: Path) -> None:
    assert "No results" in write_report([], tmp_path).read_text()
    assert read_records(tmp_path) == []


@pytest.mark.parametrize("text", ["{", "[]", '{"case": "a"}'])
def test_a_foreign_file_is_bad_input(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"a\.json"):
        read_record(path)


@pytest.mark.parametrize(
    "given", [{"size": 1}, {"repeats": 0}, {"threads": 0}, {"seed": -1}, {"rtol": 0.0}, {"seconds": -1.0},
              {"fraction": 0.0}]
)
def test_settings_out_of_range(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(given))):
        Settings(**given)


def test_unknown_case_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'poisson_box'"):
        load_case(CASES, "poison_box")
    with pytest.raises(InputError, match="does not exist"):
        find_cases(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no cases"):
        find_cases(tmp_path)
