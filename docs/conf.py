"""Sphinx configuration."""

import re
import sys
from pathlib import Path
from typing import Any

import sciml

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "sciml"
author = "sciml contributors"
copyright = "2026, sciml contributors"
version = release = sciml.__version__

extensions = [
    "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "numpydoc",
    "command_help", "benchmark_tables", "cuda_kernels",
]
exclude_patterns = ["_build", "_templates", "_extensions"]
templates_path = ["_templates"]
autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_show_inherited_class_members = False
html_theme = "alabaster"
html_theme_options = {"description": "Classical and learned solvers on one data layer", "fixed_sidebar": True}


def plain_stars_and_bars(
    app: Any, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Escape ``(*shape)`` and ``|x|``: docstrings are written to be read as text, where these mean themselves."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...", "..")) and "\\" not in line:
            parts = re.split(r"(``.*?``)", line)
            parts[::2] = [re.sub(r"(?<![\w*])\*(?=[A-Za-z_.]+[),\s])|\|", r"\\\g<0>", part) for part in parts[::2]]
            lines[i] = "".join(parts)


def setup(app: Any) -> None:
    """Run after numpydoc has rearranged a docstring."""
    app.connect("autodoc-process-docstring", plain_stars_and_bars, priority=900)
