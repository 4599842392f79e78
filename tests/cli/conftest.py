"""Run the program inside the test process, in an empty folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from sciml.cli.main import cli

Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("solve", "--shape", "8", code=0)``: checks the exit code and the form of stderr.

    For bad input (code 2) that is one line, an empty stdout, and no file changed or added.
    """
    monkeypatch.chdir(tmp_path)

    def invoke(*args: str, code: int = 0) -> Result:
        before = contents(tmp_path)
        result = CliRunner().invoke(cli, list(args))
        assert result.exit_code == code, result.stderr
        assert "Traceback" not in result.output
        assert not list(tmp_path.rglob(".*")), "temporary files were left behind"
        if code == 2:
            assert result.stderr.count("\n") == 1
            assert result.stderr.startswith("sciml: ")
            assert result.stdout == ""
            assert contents(tmp_path) == before
        return result

    return invoke


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
