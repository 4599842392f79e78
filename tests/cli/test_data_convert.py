"""``sciml data convert`` and ``info`` on files that others publish."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from click.testing import Result
from published_files import LAYOUTS, airfoil, darcy_arrays, mat5, mat73, values

from sciml.datasets.open import open_dataset

Run: TypeAlias = Callable[..., Result]


def test_two_files_and_a_protocol(run: Run) -> None:
    mat73(Path("smooth1.mat"), {"coeff": values(1000, 6, 6), "sol": values(1000, 6, 6)})
    mat5(Path("smooth2.mat"), {"coeff": values(200, 6, 6), "sol": values(200, 6, 6)})
    said = run("data", "convert", "smooth1.mat", "smooth2.mat", "darcy.h5", "--protocol", "lsm")
    assert said.stderr == "wrote darcy.h5\n"
    lines = dict(line.split("  ", 1) for line in run("data", "info", "darcy.h5").stdout.splitlines())
    told = {name: text.strip() for name, text in lines.items()}
    assert told["inputs/coefficient"] == "2 x 2 float32"
    assert told["split"] == "train 1000, test 200"
    assert told["protocol"].startswith("lsm darcy: train samples [:1000] of file 1, test samples [:200] of file 2")


@pytest.mark.parametrize("target", ["a.npz", "a.hdf5", "folder"])
def test_targets(target: str, run: Run) -> None:
    airfoil(Path())
    assert run("data", "convert", ".", target, "-q").output == ""
    with open_dataset(".") as source, open_dataset(target) as data:
        np.testing.assert_array_equal(data.outputs["mach"][:], source.outputs["mach"][:])
    assert "exists" in run("data", "convert", ".", target, code=2).stderr


def test_format_by_name_and_overwrite(run: Run) -> None:
    LAYOUTS["npz"](Path())
    Path("b.dat").write_text("old")
    assert "--overwrite" in run("data", "convert", "pair.npz", "b.dat", code=2).stderr
    run("data", "convert", "pair.npz", "b.dat", "--to", "sciml", "--overwrite", "-q")
    with open_dataset("b.dat") as data:
        assert list(data.inputs) == ["x"]
    assert "also the source" in run("data", "convert", "b.dat", "b.dat", "--overwrite", code=2).stderr


@pytest.mark.parametrize(("args", "said"), [
    (["a.mat", "b.csv"], "suffix '.csv'"),
    (["a.mat", "b.h5", "--protocol", "lms"], "did you mean 'lsm'"),
    (["a.mat", "b.h5", "--protocol", "lsm"], "there are 6"),
    (["none.mat", "b.h5"], "does not exist"),
    (["half.mat", "b.h5"], "damaged or truncated"),
    (["a.mat", "pair.npz", "b.h5"], "open them one by one"),
])
def test_bad_input(args: list[str], said: str, run: Run) -> None:
    mat5(Path("a.mat"), darcy_arrays(), packed=True)
    Path("half.mat").write_bytes(Path("a.mat").read_bytes()[:900])
    LAYOUTS["npz"](Path())
    assert said in run("data", "convert", *args, code=2).stderr


@pytest.mark.parametrize("target", ["out.h5", "out.npz", "out.hdf5", "out", "copy"])
def test_full_disk(target: str, tmp_path: Path) -> None:
    """A limit on file sizes stands in for a full disk: one line, no half file, no half copy of what is compressed."""
    arrays = {"coeff": np.ones((40, 30, 30)), "sol": np.ones((40, 30, 30))}  # 288 kB each, a few when compressed
    mat5(tmp_path / "a.mat", arrays, packed=target == "copy")
    before = sorted(tmp_path.rglob("*"))

    def cap() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    command = [sys.executable, "-P", "-c", "from sciml.cli.main import main; main()", "data", "convert", "a.mat"]
    out = "out.h5" if target == "copy" else target
    done = subprocess.run([*command, out], cwd=tmp_path, capture_output=True, text=True, preexec_fn=cap)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    assert "File too large" in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_in_a_published_file(run: Run) -> None:
    LAYOUTS["pdebench advection"](Path())
    text = run("data", "info", "1D_Advection_Sols_beta0.4.hdf5").stdout
    assert "10 x 8 float32" in text
    assert "periodic" in text
    assert "beta" in text
