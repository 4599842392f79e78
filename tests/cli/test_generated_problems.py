"""Three hundred generated problem files, most of them odd: exit codes 0, 1, 2 and never a traceback."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sciml.cli.main import cli

BLOCKS, PER_BLOCK = 10, 30


class Draw:
    """Random parts of problem files; `oddness` is the chance that a value is a strange one."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.oddness = self.pick(0.0, 0.02, 0.1, 0.4)

    def pick(self, *options: Any) -> Any:
        return options[self.rng.integers(len(options))]

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def either(self, plain: list[Any], odd: list[Any]) -> Any:
        return self.pick(*(odd if self.chance(self.oddness) else plain))

    def number(self) -> Any:
        return self.either([1.0, 2, 0.5, "1", "1e-1", 3.25], [1e300, 1e-320, 0, -1.0, "nan", "inf", 1e6, 1e-6])

    def expression(self, depth: int = 0) -> str:
        if depth > 2 or self.chance(0.4):
            return str(self.either(["x", "x", "1", "0.5", "pi"], ["z", "q", "x.real", "x)", "'a'", "1e400"]))
        inner = [self.expression(depth + 1) for _ in range(2)]
        form = self.either(
            ["({} + {})", "({} * {})", "exp({})", "abs({} + {})", "({} > {})", "where({} > 1, 1, {})", "hypot({}, {})"],
            ["1/({})", "sqrt({} - {})", "({}) ** {}", "sin({}, {})", "import({})", "log({})"],
        )
        return str(form.format(*inner))

    def field(self) -> Any:
        odd_files = ["flags.npy", "many.npz", "nan.npy", "gone.npy", "cut.npy"]
        file = self.either(["ones.npy", "noise.npy", "many.npz:a"], odd_files)
        plain = [self.number(), self.expression(), f"1 + abs({self.expression()})", "1 + x**2", 1.0, 1.0]
        return self.either([*plain, file], [file, True, [1.0], {}, "", 10**30])

    def flags(self) -> Any:
        return self.either(["x < 0.6", "x + 1 > 0", 1, "flags.npy", True], [self.field(), 0, "x"])

    def condition(self) -> Any:
        kind = self.either(["dirichlet", "neumann", "robin"], ["wall", "periodic", ""])
        value = self.pick(self.number(), self.expression(), 0.0)
        if self.chance(0.5):
            return {"type": kind, **({"transfer": self.number()} if kind == "robin" else {}), "value": value}
        return str(kind) + {"robin": f":{self.number()},'{value}'"}.get(str(kind), f":{value}")

    def problem(self) -> dict[str, Any]:
        ndim = int(self.rng.integers(1, 4))
        shape = [4, 4] if ndim == 2 and self.chance(0.7) else [int(n) for n in self.rng.integers(1, 9, ndim)]
        choices: dict[str, tuple[float, Any]] = {
            "coefficient": (0.5, self.field() if self.chance(0.8) else [self.field() for _ in range(ndim)]),
            "source": (0.5, self.field()),
            "mask": (0.2, self.flags()),
            "fixed": (0.1, self.flags()),
            "fixed_value": (0.1, self.field()),
            "shift": (0.1, self.field()),
            "project": (0.4, self.either([True, False], ["yes", 1])),
            self.pick("sauce", "shape", "", "grid.shape"): (self.oddness / 3, 1),
        }
        problem: dict[str, Any] = {key: value for key, (p, value) in choices.items() if self.chance(p)}
        problem["grid"] = {
            "shape": self.either([shape], [[0], [4, -1], "4,4", [3, 3, 3, 3], 5, [2.5], ["a"], [10**12]]),
            "extent": self.either([[1.0] * ndim, [1e-3, 10.0, 1.0][:ndim]], [[0], "a", [1e300] * ndim, [1e-99] * ndim]),
            "location": self.either(["cell", "cell", "node"], ["face", 1]),
        }
        names = [name for axis in "xyz"[:ndim] for name in (axis, axis + "-", axis + "+")]
        problem["boundary"] = {side: self.condition() for side in [*names, "all"] if self.chance(0.25)}
        if self.chance(0.2):
            problem["boundary"] |= {"x": "periodic"}
        methods = ["auto", "auto", "direct", "pcg", "minres", "multigrid", "amg"]
        problem["solver"] = {
            "method": self.either(methods, ["fft", "gauss", "gmres", 1]),
            "rtol": self.either([1e-3, 1e-8], [1e-15, 1e-30, 0, -1, "a"]),
            "maxiter": self.either([100, 200, 2], [1, 0, 2.5]),
            "dtype": self.either(["float64", "float32"], ["half"]),
        }
        if self.chance(0.1):
            problem["solver"]["x0"] = self.field()
        if self.chance(0.3):
            names = self.either([["coefficient", "source"]], [["mask", "colour", "fixed", "shift"]])
            problem["region"] = [
                {"x": [0.0, self.pick(0.3, 0.7)], self.pick(*names): self.pick(self.number(), self.expression())}
                for _ in range(self.rng.integers(1, 3))
            ]
        suffix = self.either(["npy", "h5", "vti", "npz"], ["csv", ""])
        problem["output"] = {"report": "r.json", "field": f"u.{suffix}"}
        return problem


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    ones = np.ones((4, 4))
    for name, values in {
        "ones": ones, "noise": rng.standard_normal((4, 4)), "flags": rng.random((4, 4)) < 0.5, "nan": ones * np.nan,
    }.items():  # fmt: skip
        np.save(tmp_path / f"{name}.npy", values)
    np.savez(tmp_path / "many.npz", a=ones, b=ones)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "ones.npy").read_bytes()[:150])
    return tmp_path


@pytest.mark.parametrize("block", range(BLOCKS))
def test_exit_codes(folder: Path, block: int) -> None:
    rng = np.random.default_rng(block)
    codes: Counter[int] = Counter()
    given = {path.name for path in folder.iterdir()} | {"p.toml"}
    for _ in range(PER_BLOCK):
        text = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in Draw(rng).problem().items())
        (folder / "p.toml").write_text(text)
        result = CliRunner().invoke(cli, ["solve", "p.toml", "-q"])
        codes[result.exit_code] += 1
        written = {path.name for path in folder.iterdir()} - given
        assert result.exit_code in (0, 1, 2), text
        assert "internal error" not in result.stderr, text
        assert "Traceback" not in result.output, text
        if result.exit_code == 2:
            assert result.stderr.count("\n") == 1, text
            assert not written, text
        else:
            assert "r.json" in written, text
            report = json.loads((folder / "r.json").read_text())
            assert report["converged"] == (result.exit_code == 0), text
        for name in written:
            (folder / name).unlink()
    assert codes[0] >= 3
    assert codes[2] >= 3
