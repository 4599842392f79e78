"""Data sets of atomic structures: frames of any size with energies, forces and virials."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily

if TYPE_CHECKING:
    from sciml.datasets.atoms.checks import bad_frames, without_bad
    from sciml.datasets.atoms.frames import frame_name, is_atoms, require_labels, selected, symbols_of
    from sciml.datasets.atoms.scale import energy_scale
    from sciml.datasets.atoms.structures import structure_of
    from sciml.datasets.atoms.units import in_units

__all__ = [
    "bad_frames", "energy_scale", "frame_name", "in_units", "is_atoms", "require_labels", "selected", "structure_of",
    "symbols_of", "without_bad",
]

__getattr__ = lazily(
    __name__,
    {
        "bad_frames": "checks", "energy_scale": "scale", "without_bad": "checks", "frame_name": "frames",
        "is_atoms": "frames", "require_labels": "frames", "selected": "frames", "symbols_of": "frames",
        "structure_of": "structures", "in_units": "units",
    },
)
