"""Sphinx configuration."""

import sys
from pathlib import Path

import sciml

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "sciml"
author = "sciml contributors"
copyright = "2026, sciml contributors"
version = release = sciml.__version__

extensions = [
    "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "numpydoc",
    "command_help", "benchmark_tables",
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
