"""The examples in the docstrings run and print what they say."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import numpy as np
import pytest

import sciml

NAMES = sorted(module.name for module in pkgutil.walk_packages(sciml.__path__, "sciml."))


def examples(module: ModuleType) -> list[doctest.DocTest]:
    """Doctests of a module with numpy at hand as ``np``."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for test in finder.find(module, extraglobs={"np": np}) if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_docstring_examples(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    for test in examples(importlib.import_module(name)):
        runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_there_are_examples() -> None:
    assert sum(bool(examples(importlib.import_module(name))) for name in NAMES) >= 5
