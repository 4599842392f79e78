"""DPA3, the potential on the line-graph series of atoms, and what it is made of."""

from sciml.models.dpa3.batch import AtomBatch, atom_batch, neighbour_cutoff
from sciml.models.dpa3.bias import least_squares_bias
from sciml.models.dpa3.model import DPA3, Potential
from sciml.models.dpa3.presets import PRESETS, preset
from sciml.models.dpa3.settings import DPA3Settings

__all__ = [
    "DPA3", "PRESETS", "AtomBatch", "DPA3Settings", "Potential", "atom_batch", "least_squares_bias",
    "neighbour_cutoff", "preset",
]
