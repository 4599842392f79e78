"""What README and documentation show works: commands, problem files, Python."""

import json
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sciml.bench import find_cases
from sciml.cli import _problem_file
from sciml.cli._problem_file import read_problem
from sciml.cli.main import cli
from sciml.datasets.generate import GENERATORS, recipe_class
from sciml.datasets.generate.settings import described
from sciml.solvers._table import SOLVERS, options
from sciml.train.config import Config, flat

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = {path.name: path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.rst"))]}
FENCED = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)
# Pages about writing a file of one's own show code that is not a script.
SKETCHES = ("benchmarks.rst",)


def blocks(language: str) -> list[str]:
    return [text for name, text in FENCED if name == language]


def python_of(page: str) -> str:
    """All Python blocks of a page in one script."""
    if page == "README.md":
        return "\n".join(blocks("python"))
    found = re.findall(r"\.\. code-block:: python\n\n((?:    .*\n|\n)+)", PAGES[page])
    return "\n".join(re.sub(r"^    ", "", text, flags=re.MULTILINE) for text in found)


def commands() -> list[tuple[str, str]]:
    lines = [(page, line.strip()) for page, text in PAGES.items() for line in text.splitlines()]
    known = r"sciml (solve|data|train|evaluate|bench|info)( |$)"
    return [(page, line) for page, line in lines if re.match(known, line)]


def test_readme_starts_with_the_two_commands() -> None:
    assert blocks("")[0].splitlines() == [
        "pip install -c constraints.txt . && sciml solve examples/heat_sink.toml",
        "pip install -c constraints.txt '.[test]' && pytest",
    ]
    assert README.index("```") < 20


@pytest.mark.parametrize(
    "page", [page for page in PAGES if python_of(page) and page not in SKETCHES]
)
def test_python_of_a_page_runs(page: str) -> None:
    exec(compile(python_of(page), page, "exec"), {})


@pytest.mark.parametrize("text", blocks("toml"))
def test_problem_file_is_accepted(text: str, tmp_path: Path) -> None:
    path = tmp_path / "problem.toml"
    path.write_text(text)
    settings = read_problem(path)
    assert settings.shape == (256, 256)
    assert len(settings.bc) == 3


@pytest.mark.parametrize(("page", "line"), commands())
def test_options_of_a_command_exist(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="sciml")
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
    assert command.make_context(command.name, words, parent=context).params


def test_commands_are_found() -> None:
    assert len(commands()) > 10


@pytest.mark.parametrize("method", SOLVERS)
def test_methods_and_their_options_have_a_row(method: str) -> None:
    names = [method, *(f"{method}.{key}" for key in options(method))]
    rows = re.findall(r"^``([\w.]+)``  ", PAGES["choosing.rst"], flags=re.MULTILINE)
    assert set(names) <= set(rows)


def test_benchmark_cases_have_a_row() -> None:
    rows = re.findall(r"^``(\w+)``  ", PAGES["benchmarks.rst"], flags=re.MULTILINE)
    assert sorted(rows) == sorted(find_cases(ROOT / "benchmarks"))


def test_options_of_multigrid_are_explained() -> None:
    rows = re.findall(r"^``(\w+\.\w+)``  ", PAGES["multigrid.rst"], flags=re.MULTILINE)
    assert rows == [f"{method}.{key}" for method in ("multigrid", "fmg") for key in options(method)]


def test_keys_of_a_problem_file_have_a_row_and_show_in_its_example() -> None:
    example = _problem_file.__doc__ or ""
    for table, keys in _problem_file._TABLES.items():
        for key in keys:
            assert f"``{table}.{key}``".replace("``.", "``") in PAGES["problem_files.rst"]
            assert re.search(rf"^    {key} = ", example, flags=re.MULTILINE)


def test_options_of_solve_have_a_row_among_keys_or_are_told_of() -> None:
    command = cli.get_command(click.Context(cli), "solve")
    assert command is not None
    text = PAGES["problem_files.rst"] + PAGES["command_line.rst"]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert any(f"``{name}" in text for name in parameter.opts), parameter.name


def test_settings_of_training_have_a_row() -> None:
    table = PAGES["training.rst"].partition("Settings\n--------\n")[2]
    rows = re.findall(r"^``(\w+\.\w+)``  ", table, flags=re.MULTILINE)
    assert rows == [key for key in flat(Config()) if key != "model.name"]


def test_parameters_of_generators_have_a_row() -> None:
    rows = re.findall(r"^``([\w-]+\.\w+)``  ", PAGES["data.rst"], flags=re.MULTILINE)
    assert rows == [f"{name}.{key}" for name in GENERATORS for key in described(recipe_class(name))]


def test_keys_of_a_report_have_a_row() -> None:
    printed = CliRunner().invoke(cli, ["solve", "--shape", "6,5", "--method", "direct", "--report", "-", "-q"]).stdout
    table = PAGES["command_line.rst"].partition("Report\n------\n")[2]
    rows = [line for line in table.splitlines() if line.startswith("``")]
    documented = [key for line in rows for key in re.findall(r"``(\w+)``", line[:28])]
    assert sorted(documented) == sorted(json.loads(printed))
