"""Problem files: every key, every kind of mistake, and what the command line overrides."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sciml.cli._problem_file import _TABLES, read_problem
from sciml.cli._problem_file import __doc__ as reference
from sciml.cli._settings import Settings
from sciml.cli.solve import solve
from sciml.mesh import Grid

Run = Callable[..., Any]

SINK = """
title = "Fin on a chip"
coefficient = 0.5
source = 0.0
mask = "z < 0.2"

[grid]
shape = [10, 6, 10]
extent = [1.0, 0.6, 1.0]

[[region]]
name = "fin"
x = [0.4, 0.6]
z = [0.2, 1.0]
mask = 1
coefficient = 200

[[region]]
name = "chip"
x = [0.2, 0.8]
z = [0.0, 0.1]
where = "y > 0.3"
source = "1 + x"

[boundary]
all = "neumann"
"z+" = { type = "robin", transfer = 10.0, value = "20 + y" }

[output]
report = "r.json"
"""


def write(folder: Path, text: str, name: str = "p.toml") -> str:
    (folder / name).write_text(text)
    return name


def test_materials(run: Run, tmp_path: Path) -> None:
    run("solve", write(tmp_path, SINK), "--output", "u.npy")
    report = json.loads((tmp_path / "r.json").read_text())
    x, y, z = Grid((10, 6, 10), (1.0, 0.6, 1.0)).coordinates().values()
    fin = (abs(x - 0.5) < 0.1) & (z > 0.2) & (y > 0)
    solid = fin | (z < 0.2)
    heat = np.where((abs(x - 0.5) < 0.3) & (z < 0.1) & (y > 0.3), 1 + x, 0.0).sum() * 1e-3
    assert report["title"] == "Fin on a chip"
    assert report["unknowns"] == solid.sum()
    assert report["balance"]["source"] == pytest.approx(heat)
    assert report["balance"]["z+"] == pytest.approx(-heat)
    u = np.load(tmp_path / "u.npy")
    assert np.all((u > 20) == solid)


def test_file_names_are_relative_to_the_problem(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    np.savez(folder / "data.npz", k=np.full((4, 5), 2.0), other=np.zeros(3))
    output = '[output]\nfield = "u.npy"\nplot = "p.png"\nmatrix = "A.mtx"'
    (folder / "p.toml").write_text(f'coefficient = "data.npz:k"\n{output}')
    run("solve", "case/p.toml", "--report", "r.json")
    assert {path.name for path in folder.iterdir()} == {"p.toml", "data.npz", "u.npy", "p.png", "A.mtx"}
    assert (tmp_path / "r.json").exists()


def test_the_command_line_wins(run: Run, tmp_path: Path) -> None:
    solver = '[solver]\nmethod = "direct"\nrtol = 1e-7\n[solver.pcg]\npreconditioner = "jacobi"'
    problem = write(tmp_path, SINK + solver)
    result = run(
        "solve", problem, "--shape", "5,3,5", "--method", "pcg", "--set", "pcg.patience=7", "--mask", "1",
        "--bc", "z+=dirichlet:5", "--report", "-",
    )  # fmt: skip
    report = json.loads(result.stdout)
    assert report["method"] == "pcg"
    assert report["shape"] == [5, 3, 5]
    assert report["unknowns"] == 75, "the mask given on the command line is not painted over"
    assert report["rtol"] == 1e-7
    assert report["balance"]["z+"] == pytest.approx(-report["balance"]["source"], rel=1e-4)
    assert not (tmp_path / "r.json").exists()


def test_the_documented_file_is_valid(run: Run, tmp_path: Path) -> None:
    assert reference is not None
    start, end = reference.index("    title ="), reference.index("Instead of a box")
    text = "\n".join(line[4:] for line in reference[start:end].splitlines())
    settings = read_problem(tmp_path / write(tmp_path, text))
    changed = {name for name in Settings.__dataclass_fields__ if getattr(settings, name) != getattr(Settings(), name)}
    # What the reference sets to its default value for show:
    assert set(Settings.__dataclass_fields__) - changed <= {
        "mask", "shift", "project", "location", "method", "rtol", "atol", "dtype", "device",
        "problem", "rhs", "refine",  # of meshes and matrices
        "guess", "weights",  # runs that were trained before
    }  # fmt: skip
    run("solve", "p.toml", "--explain")


def test_every_option_has_a_key() -> None:
    apart = {"problem", "explain", "quiet", "verbose", "options", "bc"}
    options = {parameter.name for parameter in solve.params} - apart
    assert options == {setting for keys in _TABLES.values() for setting in keys.values()} - {
        "title", "u_label", "length_unit", "flow_unit", "problem",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "says"), [
    ("shape = [4]", "belongs to table [grid]"),
    ("[grid]\nsource = 1", "belongs to the top of the file"),
    ("[grid]\nshap = [4]", "did you mean 'shape'"),
    ("coeficient = 1", "did you mean 'coefficient'"),
    ("[solvers]\nmethod = 'cg'", "did you mean 'solver'"),
    ("[solver]\nmethod = 'gc'", "did you mean 'cg'"),
    ("[solver]\nmethod = 3", "expected text"),
    ("[solver.pcg]\nprecond = 3", "did you mean 'preconditioner'"),
    ("[solver.pgc]\nprecond = 3", "did you mean 'pcg'"),
    ("[grid]\nshape = [4, 0]", "grid.shape"),
    ("[grid]\nshape = 'four'", "grid.shape"),
    ("[grid]\nshape = [4.0]", "whole number"),
    ("[grid]\nshape = [[4]]", "whole number"),
    ("[grid]\nshape = []", "1 to 3"),
    ("[grid]\nshape = true", "whole number"),
    ("[grid]\nshape = {x = 4}", "whole number"),
    ("grid = 4", "expected a table [grid]"),
    ("grid = [4]", "expected a table [grid]"),
    ("solver = 'cg'", "expected a table [solver]"),
    ("region = 4", "expected tables [[region]]"),
    ("[region]\nmask = 1", "expected tables [[region]]"),
    ("[[region]]\nname = 'a'", "region 1 (a): it sets nothing"),
    ("[[region]]\nmaks = 1", "did you mean 'mask'"),
    ("[[region]]\nmask = 'a.npy'", "region 1"),
    ("[[region]]\nmask = 1\nx = 3", "[low, high]"),
    ("[[region]]\nmask = 1\nx = [3, 2]", "low < high"),
    ("[[region]]\nmask = 1\nx = [3, 'a']", "finite number"),
    ("[[region]]\nmask = 1\nz = [3, 4]\n[grid]\nshape = [4]", "axis 'z'"),
    ("[[region]]\nmask = 1\nx = [3, 4]\n[grid]\nshape = [4]", "covers no unknown"),
    ("[[region]]\nmask = 1\nx = [3, 4]\n[grid]\nshape = [1000000000000000]", "memory"),
    ("[[region]]\nmask = 1\nwhere = 'q'", "'q' is not allowed"),
    ("[[region]]\nmask = 1\nwhere = 'z'\n[grid]\nshape = [4]", "region 1: expression 'z': name 'z' is not allowed"),
    ("[boundary]\nx = 'dirichlet:y'\n[grid]\nshape = [4]", "value on side x-: expression 'y'"),
    ("[boundary]\n'x+' = {type = 'dirichlet', value = true}", "boundary: x+: True given"),
    ("[grid]\nshape = [1" + 400 * "0" + "]", "at most 18 digits"),
    ('[output]\nfield = "u\\u0000.npy"', "null character"),
    ("[output]\nfield = '" + 300 * "u" + ".npy'", "exceeds 240 bytes"),
    ("[boundary]\n'x*' = 'neumann'", "side 'x*'"),
    ("[boundary]\nx = 3", "expected text or a table"),
    ("[boundary]\nx = {value = 3}", "type, value and transfer"),
    ("[boundary]\nx = {type = 'robin', value = 3}", "robin needs transfer"),
    ("[boundary]\nx = {type = 'neumann', transfer = 3}", "transfer belongs to robin"),
    ("[boundary]\nx = {type = 'neumann', vlaue = 3}", "did you mean 'value'"),
    ("[boundary]\nx = {type = 'neuman'}", "did you mean 'neumann'"),
    ("[boundary]\nx = {type = ['neumann']}", "unknown"),
    ("[boundary]\nx = {type = 'neumann', value = [1]}", "finite number"),
    ("boundary = 5", "expected a table"),
    ("source = {a = 1}\n[grid]\nshape = [4]", "by region (a)"),
    ("source = {a = 'a.npy'}", "regions take numbers and expressions"),
    ("source = {a = [1]}", "expected a number, an expression or a file name"),
    ("source = [1, 2]", "expected a number, an expression or a file name"),
    ("source = 1979-05-27", "expected a number, an expression or a file name"),
    ("coefficient = []", "coefficient"),
    ("coefficient = [1, 2, 3]\n[grid]\nshape = [4]", "3 entries"),
    ("project = 1", "true or false"),
    ("title = 3", "expected text"),
    ("[output]\nreport = 'r.txt'", "use .json"),
    ("[output]\nfield = 3", "expected text"),
    ("[output]\noutput = 'u.npy'", "key 'output' is unknown in [output]"),
    ("a = ", "not valid TOML"),
    ("a = 1\na = 2", "not valid TOML"),
    ("\0", "not valid TOML"),
    ("a." * 3000 + "b = 1", ""),
    ("a = " + "[" * 3000, "not valid TOML"),
], ids=lambda value: value[:40].encode("ascii", "ignore").decode().replace("\n", " ").replace("\0", "NUL"))  # fmt: skip
def test_mistakes(run: Run, tmp_path: Path, text: str, says: str) -> None:
    problem = write(tmp_path, text)
    more = () if "[grid]" in text or "grid =" in text else ("--shape", "4")
    assert says in run("solve", problem, *more, code=2).stderr


def test_not_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b"\xff\xfe\x00")
    run("solve", "p.toml", code=2)
    (tmp_path / "folder.toml").mkdir()
    run("solve", "folder.toml", code=2)
