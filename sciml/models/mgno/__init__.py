"""MgNO, the multigrid neural operator, and its V-cycles."""

from sciml.models.mgno.cycle import VCycle
from sciml.models.mgno.model import MgNO
from sciml.models.mgno.presets import PRESETS, preset
from sciml.models.mgno.settings import CycleSettings

__all__ = ["PRESETS", "CycleSettings", "MgNO", "VCycle", "preset"]
