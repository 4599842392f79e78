"""Lengths, energies and forces in other units, turned into Angstrom and eV."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.datasets.atoms.frames import symbols_of
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.ragged import Ragged, Scaled, Table

__all__ = ["ENERGIES", "LENGTHS", "factor_of", "in_units", "units_from"]

# CODATA 2018; e and N_A are exact.
_CHARGE, _AVOGADRO = 1.602176634e-19, 6.02214076e23
_KILO = 1e3 / _AVOGADRO / _CHARGE
LENGTHS = {"angstrom": 1.0, "nm": 10.0, "bohr": 0.529177210903}
ENERGIES = {
    "ev": 1.0, "mev": 1e-3, "hartree": 27.211386245988, "rydberg": 13.605693122994, "kj/mol": _KILO,
    "kcal/mol": 4.184 * _KILO,
}
_SHORT = {"a": "angstrom", "ang": "angstrom", "ha": "hartree", "eh": "hartree", "ry": "rydberg"}
QUANTITIES = ("length", "energy", "forces", "virial")
FIELDS = {"length": ("positions", "cell"), "energy": ("energy",), "forces": ("forces",), "virial": ("virial",)}


def units_from(settings: Iterable[str]) -> dict[str, str]:
    """Units out of ``quantity=unit``.

    Raises
    ------
    InputError
        If a quantity or a unit is unknown.

    Examples
    --------
    >>> units_from(["energy=Hartree", "forces=Hartree/Bohr"])
    {'energy': 'Hartree', 'forces': 'Hartree/Bohr'}
    """
    found = {}
    for text in settings:
        key, _, unit = (part.strip() for part in text.partition("="))
        if key not in QUANTITIES or not unit:
            raise InputError(f"--unit '{text}' given; expected QUANTITY=UNIT of {', '.join(QUANTITIES)}, as in "
                             f"energy=Hartree{nearest(key, QUANTITIES)}")
        factor_of(key, unit)
        found[key] = unit
    return found


def factor_of(quantity: str, unit: str) -> float:
    """What turns a number in this unit into Angstrom, eV or eV/Angstrom.

    Raises
    ------
    InputError
        If the unit is unknown.

    Examples
    --------
    >>> round(factor_of("forces", "Hartree/Bohr"), 4)
    51.4221
    """
    tables = {"length": LENGTHS, "energy": ENERGIES, "virial": ENERGIES}
    if quantity in tables:
        return _looked_up(tables[quantity], unit)
    energy, slash, length = unit.rpartition("/")
    if not slash:
        raise InputError(f"unit '{unit}' of forces given; expected energy/length, as in eV/Angstrom or Hartree/Bohr")
    return _looked_up(ENERGIES, energy) / _looked_up(LENGTHS, length)


def in_units(data: DataSet, units: Mapping[str, str]) -> DataSet:
    """The same frames, whose numbers were meant in `units`, in Angstrom and eV.

    Parameters
    ----------
    data : DataSet
        As opened from a file, numbers as they stand there.
    units : mapping of str to str
        ``length``, ``energy``, ``forces``, ``virial`` to a unit: Angstrom, nm, Bohr; eV, meV, Hartree, Rydberg, kJ/mol,
        kcal/mol; and these over those for forces. Forces not named follow energy and length, the virial energy.

    Raises
    ------
    InputError
        If a quantity or a unit is unknown, or these are no atoms.

    Notes
    -----
    Constants are those of CODATA 2018. Converted values are float64.

    Examples
    --------
    >>> from pathlib import Path
    >>> from sciml.datasets.atoms.frames import Part, assembled
    >>> from sciml.datasets.ragged import InMemory
    >>> part = Part("a", ("H",), np.array([1]), {}, {"energy": InMemory(np.array([-0.5]))}, Path("a"))
    >>> in_units(assembled("a", [part], {}), {"energy": "Hartree"}).outputs["energy"][0].round(4)
    np.float64(-13.6057)
    """
    symbols_of(data)
    units = units_from(f"{key}={value}" for key, value in units.items())
    energy, length = (units.get(key, unit) for key, unit in (("energy", "eV"), ("length", "Angstrom")))
    meant = {"length": length, "energy": energy, "forces": f"{energy}/{length}", "virial": energy} | units
    factors = {name: factor_of(key, unit) for key, unit in meant.items() for name in FIELDS[key]}
    sides = [
        {name: _scaled(field, factors.get(name, 1.0)) for name, field in side.items()}
        for side in (data.inputs, data.outputs)
    ]
    told = {"converted from": ", ".join(f"{key} in {unit}" for key, unit in units.items())} if units else {}
    return replace(data, inputs=sides[0], outputs=sides[1], attributes=data.attributes | told)


def _scaled(field: Field, factor: float) -> Field:
    if factor == 1.0:
        return field
    if isinstance(field, Ragged):
        return Ragged(Scaled(field.rows, factor), field.counts)
    assert isinstance(field, Table)
    return Table(Scaled(field.rows, factor))


def _looked_up(table: Mapping[str, float], unit: str) -> float:
    key = unit.lower().replace("å", "angstrom")
    key = _SHORT.get(key, key)
    if key not in table:
        raise InputError(f"unit '{unit}' is unknown; use one of {', '.join(table)}{nearest(unit, table)}")
    return table[key]
