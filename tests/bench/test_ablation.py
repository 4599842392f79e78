"""The ablation of search directions with trainings that are almost none."""

from pathlib import Path

import pytest

from sciml.bench import Settings, load_case

CASES = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.slow
def test_networks_that_are_trained_have_rows_and_others_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_case(CASES, "dcdm_ablation")
    monkeypatch.setattr(case, "MAXITER", 10)
    settings = Settings(size=4, repeats=1, rtol=1e-6, fraction=0.01, runs=str(tmp_path), only="*linear_residual*")
    *tables, trainings = case.run(settings)
    assert [table.title.partition(",")[0] for table in tables] == ["closed box", "closed box with obstacles"] * 2
    assert [row["status"] for row in trainings.rows] == ["finished", "not run", "not run", "not run"]
    for table in tables:
        assert [row["method"] for row in table.rows[:3]] == ["sciml cg", "sciml pcg, mic0", "sciml multigrid"]
        assert all(row["status"] == "converged" for row in table.rows[:3])
        networks = table.rows[3:]
        assert [row["method"] for row in networks] == [f"DCDM linear residual, k = {k}" for k in (0, 1, 2, 4)]
        for row in networks:
            assert row["training_seconds"] > 0
            early = row["iterations_to_1e-4"]
            assert early is None or early <= row["iterations"]
