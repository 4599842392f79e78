"""Guesses of a network as the case ``certified_prediction`` measures them, at its smallest."""

from pathlib import Path

import numpy as np

from sciml.bench import Settings, load_case
from sciml.train.trained import Trained

CASES = Path(__file__).parents[2] / "benchmarks"


def test_networks_are_trained_and_their_errors_estimated(tmp_path: Path) -> None:
    case = load_case(CASES, "certified_prediction")
    tables = case.run(Settings(size=8, repeats=1, fraction=0.008, runs=str(tmp_path)))
    assert [len(table.rows) for table in tables] == [3, 5, 6, 6]
    for table in tables:
        for row in table.rows:
            assert 0.9 < row["estimate_least"] <= row["estimate_median"] <= row["estimate_most"] < 1.1, row
            assert row["iterations"] <= table.rows[0]["iterations"] + 1
    trained = Trained.of(tmp_path / "certified-8" / "run")
    fine = np.random.default_rng(0).uniform(3, 12, (1, 1, 16, 16)).astype(np.float32)
    found = case.on_top(trained, 1).predict(fine).reshape(8, 2, 8, 2).mean((1, 3))
    expected = trained.predict(fine.reshape(1, 1, 8, 2, 8, 2).mean((3, 5)))[0, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())
