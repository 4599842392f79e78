"""Whether a file of samples is what it says: readable, finite, solved, and true to its equation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.atoms.frames import LABELS, frames_with, is_atoms
from sciml.datasets.atoms.scale import energy_scale
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.principles import principles_of

__all__ = ["Finding", "check", "residuals"]

Fields: TypeAlias = Mapping[str, NDArray[Any]]
Progress: TypeAlias = Callable[[int, int], None]

# Largest stored residual: of linear solves, and the error estimate of time steps.
LINEAR, IN_TIME = 1e-8, 1e-3
# Samples that a text names.
NAMED = 8


@dataclass(frozen=True)
class Finding:
    """Outcome of one check.

    Parameters
    ----------
    name : str
    passed : bool
    text : str
        What was found.
    """

    name: str
    passed: bool
    text: str


@dataclass
class _Tally:
    """Samples that broke a rule, with the first complaint."""

    rule: str
    checked: int = 0
    broken: dict[int, str] = field(default_factory=dict)

    def note(self, sample: int, complaint: str | None) -> None:
        if complaint is not None:
            self.checked += 1
            if complaint:
                self.broken[sample] = complaint

    def finding(self) -> Finding:
        if not self.broken:
            return Finding(self.rule, True, f"{self.checked} samples")
        first = next(iter(self.broken))
        return Finding(self.rule, False, f"{named(self.broken)} of {self.checked}; {first}: {self.broken[first]}")


def check(data: DataSet, systems: int = 8, progress: Progress | None = None) -> list[Finding]:
    """Read all samples and judge them.

    Parameters
    ----------
    data : DataSet
    systems : int
        Samples, evenly spread, whose linear system is formed again from the stored inputs.
    progress : callable, optional
        Called as ``progress(done, samples)``.

    Returns
    -------
    list of Finding
        ``checksums`` and ``finite values`` always, others where the file has what they need.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> values = np.array([[1.0, 2.0], [np.nan, 0.0]])
    >>> for finding in check(DataSet("two", {"a": StoredField(values)}, {"u": StoredField(values)})):
    ...     print(finding.passed, finding.name, finding.text)
    True checksums 2 samples
    False finite values sample 1 of 2; 1: inputs/a has 1 values that are not finite
    """
    readable, finite = _Tally("checksums"), _Tally("finite values")
    rules = {rule.name: (rule, _Tally(rule.name)) for rule in principles_of(data)}
    chosen = set(np.linspace(0, len(data) - 1, min(max(systems, 0), len(data))).round().astype(int).tolist())
    may_lack = is_atoms(data)  # frames of atoms without a label have NaN in its place
    for sample in range(len(data)):
        try:
            inputs, outputs = (_read(fields, sample) for fields in (data.inputs, data.outputs))
            outputs = {k: v for k, v in outputs.items() if not (may_lack and np.isnan(v).all())}
        except (OSError, InputError) as error:
            readable.note(sample, " ".join(str(error).split())[:100])
            continue
        readable.note(sample, "")
        wrong = _not_finite({"inputs": inputs, "outputs": outputs})
        finite.note(sample, wrong)
        for rule, tally in rules.values() if not wrong else ():
            if not rule.expensive or sample in chosen:
                tally.note(sample, rule.judge(inputs, outputs))
        if progress is not None:
            progress(sample + 1, len(data))
    found = [readable.finding(), finite.finding(), *residuals(data)]
    found += [tally.finding() for _, tally in rules.values() if tally.checked]
    return found + (_labels(data) if may_lack else [])


def _labels(data: DataSet) -> list[Finding]:
    """Which labels frames of atoms have, and whether their units are plausible; neither makes a file bad."""
    there = {label: np.count_nonzero(frames_with(data, label)) for label in LABELS}
    doubt = energy_scale(data)
    return [
        Finding("labels", True, ", ".join(f"{label} in {count} of {len(data)}" for label, count in there.items())),
        Finding("energy scale", True, f"WARNING: {doubt}" if doubt else "fits atoms and forces"),
    ]


def named(samples: Mapping[int, Any]) -> str:
    """The first few of some samples.

    Examples
    --------
    >>> named({3: "", 5: ""}), named(dict.fromkeys(range(20)))
    ('samples 3, 5', 'samples 0, 1, 2, 3, 4, 5, 6, 7 and 12 more')
    """
    listed = list(samples)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return f"sample{'s' if len(listed) > 1 else ''} {', '.join(map(str, listed[:NAMED]))}{more}"


def _read(fields: Mapping[str, Field], sample: int) -> Fields:
    return {name: values[sample] for name, values in fields.items()}


def _not_finite(groups: Mapping[str, Fields]) -> str:
    for group, fields in groups.items():
        for name, values in fields.items():
            count = np.size(values) - np.count_nonzero(np.isfinite(values))
            if count:
                return f"{group}/{name} has {count} values that are not finite"
    return ""


def residuals(data: DataSet) -> list[Finding]:
    """The finding on the residuals that were stored when the file was made; none if it has none.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> fields = {"a": StoredField(np.ones((2, 3)))}, {"u": StoredField(np.ones((2, 3)))}
    >>> residuals(DataSet("two", *fields, facts={"residual": np.array([1e-9, 1.0])}))[0].text
    'largest 1.0e+00, allowed 1e-03; sample 1 above'
    """
    residual = data.facts.get("residual")
    if residual is None:
        return []
    limit = LINEAR if (data.equation or {}).get("kind") in ("poisson", "helmholtz") else IN_TIME
    above = np.flatnonzero(~(residual <= limit))
    text = f"largest {np.max(residual):.1e}, allowed {limit:.0e}"
    where = f"; {named(dict.fromkeys(above.tolist()))} above" if len(above) else ""
    return [Finding("stored residuals", not len(above), text + where)]
