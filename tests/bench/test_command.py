"""``sciml bench``: list, run, report, and refusals."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sciml.cli.main import cli

CASES = Path(__file__).parents[2] / "benchmarks"

CASE = '''"""One line about it."""

from sciml.bench import Settings, Table


def run(settings: Settings) -> list[Table]:
    return [Table("Numbers", [{"method": "count", "iterations": settings.size}])]
'''


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["bench", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.py").write_text(CASE)
    (tmp_path / "_helper.py").write_text("raise AssertionError\n")
    return tmp_path


def test_list_reads_descriptions_only(folder: Path) -> None:
    assert call("list", "--cases", folder).stdout.splitlines() == ["tiny  One line about it."]


def test_list_of_the_repository() -> None:
    names = [line.split()[0] for line in call("list", "--cases", CASES).stdout.splitlines()]
    assert {"poisson_box", "poisson_jump", "poisson_obstacles", "poisson_kernels"} <= set(names)


def test_run_then_report(folder: Path) -> None:
    done = call("run", "tiny", "--cases", folder, "--size", 12)
    assert done.exit_code == 0, done.output
    assert "count           12" in done.stdout
    record = json.loads((folder / "results" / "tiny.json").read_text())
    assert record["settings"]["size"] == 12
    assert record["environment"]["blas_threads"] == "1"
    shown = call("report", "--cases", folder, "--output", folder / "page")
    assert shown.exit_code == 0
    assert "count           12" in shown.stdout
    assert "One line about it." in (folder / "page" / "results.rst").read_text()


def test_a_failing_case_is_exit_one_and_keeps_the_earlier_file(folder: Path) -> None:
    (folder / "results").mkdir()
    (folder / "results" / "bad.json").write_text("earlier")
    (folder / "bad.py").write_text('"""Fails."""\n\nraise ZeroDivisionError\n')
    done = call("run", "bad", "--cases", folder, "-q")
    assert done.exit_code == 1
    assert "case bad failed" in done.stderr
    assert (folder / "results" / "bad.json").read_text() == "earlier"


@pytest.mark.parametrize(("arguments", "text"), [
    (["run", "tyni"], "did you mean 'tiny'"),
    (["run", "tiny", "--size", "1"], "size is 1"),
    (["run", "tiny", "--output", "x.txt"], "use .json"),
    (["report"], "no result files"),
])
def test_bad_input_is_one_line(folder: Path, arguments: list[str], text: str) -> None:
    done = call(*arguments, "--cases", folder)
    assert done.exit_code == 2
    assert text in done.stderr
    assert len(done.stderr.splitlines()) == 1
