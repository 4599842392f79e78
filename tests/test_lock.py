"""Locks: one holder at a time, however many try at once, and none left behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from sciml._errors import InputError
from sciml._lock import exclusively

# Notes beginning and end of what only one may do, and tries again when refused.
WORK = """
import time
from pathlib import Path
from sciml._errors import InputError
from sciml._lock import exclusively

done = 0
while done < 20:
    try:
        with exclusively(Path("a.lock"), "it"):
            for mark in "()":
                with open("log", "a") as file:
                    file.write(mark)
                time.sleep(0.0005)
        done += 1
    except InputError:
        time.sleep(0.0001)
"""


def test_nobody_enters_while_another_is_in(tmp_path: Path) -> None:
    """Removing the file at the end lets nobody hold a lock on the removed one while another holds a new one."""
    others = [subprocess.Popen([sys.executable, "-P", "-c", WORK], cwd=tmp_path) for _ in range(3)]
    assert [one.wait(60) for one in others] == [0, 0, 0]
    assert (tmp_path / "log").read_text() == "()" * 60
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_errors_inside_let_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusively(tmp_path / "a.lock", "a"):
        raise ZeroDivisionError
    with exclusively(tmp_path / "a.lock", "a"), pytest.raises(InputError, match="a is being made by another"), \
            exclusively(tmp_path / "a.lock", "a"):
        raise AssertionError
    assert not list(tmp_path.iterdir())
