"""The README starts with the two commands, and its snippets work."""

import re
import tomllib
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def test_starts_with_the_two_commands() -> None:
    assert blocks("")[0].splitlines() == [
        "pip install -c constraints.txt . && sciml solve examples/heat_sink.toml",
        "pip install -c constraints.txt '.[test]' && pytest",
    ]
    assert README.index("```") < 20


@pytest.mark.parametrize("code", blocks("python"))
def test_python_snippet_runs(code: str) -> None:
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("text", blocks("toml"))
def test_problem_file_is_accepted(text: str, tmp_path: Path) -> None:
    assert tomllib.loads(text)
