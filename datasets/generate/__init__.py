"""Generators: one file an equation, each a recipe that the engine turns into a file."""

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = ["GENERATORS", "Entry", "recipe_class"]


class Entry(NamedTuple):
    """Where a generator is and what it is for."""

    module: str
    recipe: str
    summary: str


GENERATORS: Mapping[str, Entry] = {
    "darcy": Entry("darcy", "Darcy", "flow through random media of two values or many scales: coefficient to solution"),
    "poisson": Entry("poisson", "Poisson", "1-3 D, random sources, coefficients, boundary values, obstacles"),
    "navier-stokes": Entry("navier_stokes", "NavierStokes", "vorticity on the torus: frames and forcing to later ones"),
    "burgers": Entry("burgers", "Burgers", "1-D periodic: initial values to later ones"),
    "helmholtz": Entry("helmholtz", "Helmholtz", "waves in a box: random speed to solution"),
    "ritz": Entry("ritz", "Ritz", "right-hand sides of Ritz vectors, to train directions of linear solvers (DCDM)"),
    "molecules": Entry("molecules", "Molecules", "a hot molecule: energies and forces of GFN-xTB (tblite)"),
    "alloy": Entry("alloy", "Alloy", "a hot, strained metal alloy: energies, forces and virials of EMT (ASE)"),
}


def recipe_class(name: str) -> type:
    """The dataclass of a generator's parameters.

    Raises
    ------
    InputError
        If there is no such generator; the nearest one is named.

    Examples
    --------
    >>> recipe_class("darcy")(variant="rough").variant
    'rough'
    """
    entry = GENERATORS.get(name.replace("_", "-"))
    if entry is None:
        raise InputError(f"no generator '{name}'; use one of {', '.join(GENERATORS)}{nearest(name, GENERATORS)}")
    found = getattr(import_module(f"sciml.datasets.generate.{entry.module}"), entry.recipe)
    assert isinstance(found, type)
    return found
