"""The wheel holds exactly the package: every module of every folder, nothing else."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {"sciml": "sciml", "solvers": "sciml/solvers", "datasets": "sciml/datasets", "cli": "sciml/cli"}
LINKS = ("solvers", "datasets", "cli")


def modules() -> set[str]:
    """Paths inside the wheel of all modules in the tree."""
    expected = set()
    for folder, home in FOLDERS.items():
        for path in (ROOT / folder).rglob("*.py"):
            relative = path.relative_to(ROOT / folder)
            if not (folder == "sciml" and relative.parts[0] in LINKS):
                expected.add(f"{home}/{relative.as_posix()}")
    return expected


def bundled() -> set[str]:
    """Paths inside the wheel of the data files in the tree."""
    homes = "datasets/data", "solvers/learned/data"
    samples = [path for home in homes for path in (ROOT / home).rglob("*") if path.is_file()]
    sources = [path for path in (ROOT / "sciml" / "kernels").rglob("*") if path.suffix in (".cu", ".cuh")]
    return {f"sciml/{path.relative_to(ROOT).as_posix()}" for path in samples} | {
        path.relative_to(ROOT).as_posix() for path in sources
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, without the network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, source / folder, symlinks=True, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return path


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in names} == {"sciml"}
    found = {name for name in names if name.endswith(".py")}
    missing = sorted(modules() - found)
    assert not missing, f"add their packages to [tool.setuptools] packages in pyproject.toml: {missing}"
    assert found <= modules()
    assert names - found == {"sciml/py.typed"} | bundled()
    assert wheel.stat().st_size < 5_000_000


def test_every_module_of_the_wheel_imports(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    names = sorted(name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in modules())
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        f"from importlib import import_module\n"
        f"for name in {names!r}:\n"
        f"    assert import_module(name).__file__.startswith({str(tmp_path)!r}), name\n"
    )
    # -S keeps the hook of an editable install out; site-packages is then added as a plain path.
    packages = [path for path in sys.path if path.endswith("site-packages")]
    code = f"import sys; sys.path += {packages!r}\n" + code
    done = subprocess.run([sys.executable, "-S", "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_wheel_installs_into_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    parents = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "parent.pth").write_text("\n".join(parents) + "\n")
    install = [home / "bin" / "pip", "install", "-q", "--no-deps", "--no-index", "--ignore-installed", wheel]
    subprocess.run(install, check=True, cwd=tmp_path)
    command = [home / "bin" / "sciml", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "0.1.0" in done.stdout


@pytest.mark.parametrize("folder", LINKS)
def test_mapped_folder_is_linked_and_guarded(folder: str) -> None:
    link = ROOT / "sciml" / folder
    assert link.resolve() == ROOT / folder
    done = subprocess.run([sys.executable, "-c", f"import {folder}"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"sciml.{folder}" in done.stderr


@pytest.mark.slow
def test_the_learned_solver_runs_from_the_wheel_without_torch(wheel: Path, tmp_path: Path) -> None:
    """Its weights come along; modules of the wheel, compiled anew, without those of the tree."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    packages = [path for path in sys.path if path.endswith("site-packages")]
    arguments = ["solve", "--shape", "24,20,28", "--mask", "hypot(x - 0.5, y - 0.5) > 0.2", "--method", "dcdm"]
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; sys.path += {packages!r}\n"
        "sys.modules['torch'] = None  # importing it fails\n"
        "from click.testing import CliRunner\nimport sciml\nfrom sciml.cli.main import cli\n"
        f"assert sciml.__file__.startswith({str(tmp_path)!r})\n"
        f"result = CliRunner().invoke(cli, {arguments!r})\n"
        "assert result.exit_code == 0, result.output\n"
    )
    done = subprocess.run([sys.executable, "-S", "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
