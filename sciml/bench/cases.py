"""Finding, loading and running case files."""

import ast
import sys
from dataclasses import asdict
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.bench.environment import environment
from sciml.bench.settings import Settings

__all__ = ["find_cases", "load_case", "require_case", "run_case"]

PACKAGE = "benchmarks"  # the name under which case files import what lies beside them


def find_cases(folder: Path) -> dict[str, str]:
    """Case names and the first line of their descriptions, without running any code.

    Parameters
    ----------
    folder : Path
        Every ``*.py`` in it whose name does not start with an underscore is a case.

    Raises
    ------
    InputError
        If the folder does not exist or holds no case.
    """
    if not folder.is_dir():
        raise InputError(f"folder {folder} does not exist; give the folder of the cases with --cases DIR")
    files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    if not files:
        raise InputError(f"folder {folder} holds no cases; expected files such as poisson_box.py")
    return {path.stem: _summary(path) for path in files}


def _summary(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return text.partition("\n")[0]


def require_case(folder: Path, name: str) -> None:
    """Raise InputError, naming the nearest one, unless there is such a case."""
    known = find_cases(folder)
    if name not in known:
        raise InputError(f"case '{name}' is unknown; use one of {', '.join(known)}{nearest(name, known)}")


def load_case(folder: Path, name: str) -> ModuleType:
    """Import a case file; its folder becomes the package ``benchmarks``, so that it can import its peers.

    Raises
    ------
    InputError
        If there is no such case.
    """
    require_case(folder, name)
    for loaded in [key for key in sys.modules if key.partition(".")[0] == PACKAGE]:
        del sys.modules[loaded]
    spec = ModuleSpec(PACKAGE, None, is_package=True)
    spec.submodule_search_locations = [str(folder.resolve())]
    sys.modules[PACKAGE] = module_from_spec(spec)
    return import_module(f"{PACKAGE}.{name}")


def run_case(folder: Path, name: str, settings: Settings) -> dict[str, Any]:
    """Run a case in this process.

    Returns
    -------
    dict
        ``case, summary, settings, environment, tables``, ready for JSON.
    """
    module = load_case(folder, name)
    tables = module.run(settings)
    return {
        "case": name,
        "summary": _summary(folder / f"{name}.py"),
        "settings": asdict(settings),
        "environment": environment(folder),
        "tables": [asdict(table) for table in tables],
    }
