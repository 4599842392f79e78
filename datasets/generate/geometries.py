"""Molecules to start from, at the minimum of GFN2-xTB [Angstrom]."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.datasets.atoms.elements import NUMBERS
from sciml.datasets.atoms.xyz_text import frames_of

__all__ = ["MOLECULES", "geometry_of"]

MOLECULES = {
    "water": "O .0007 .3794 0 H -.7725 -.1883 0 H .7719 -.191 0",
    "ethanol": """
        C -.9794 .1893 -.2468 C .4327 -.326 -.0169 O 1.1431 .6371 .7337 H -.9427 1.1324 -.7848 H -1.5513 -.5324 -.8231
        H -1.4689 .3568 .7085 H .3974 -1.2823 .526 H .9293 -.4983 -.9834 H 2.0397 .3233 .8866""",
    "benzene": """
        C 1.1418 -.7832 .0107 C 1.2492 .597 -.0167 C .1074 1.3801 -.0274 C -1.1418 .7832 -.0107 C -1.2492 -.597 .0167
        C -.1074 -1.3801 .0274 H 2.0327 -1.3943 .019 H 2.224 1.0628 -.0298 H .1912 2.4571 -.0488 H -2.0327 1.3943 -.019
        H -2.224 -1.0628 .0298 H -.1912 -2.4571 .0488""",
    "malonaldehyde": """
        O .6099 1.3357 -1.0237 C .8045 .9634 .1275 C .1691 -.1752 .726 C -.7104 -.9128 .0022 O -1.0384 -.6616 -1.2417
        H 1.5067 1.5161 .7724 H .3967 -.4334 1.7444 H -1.2109 -1.7806 .4198 H -.5272 .1484 -1.527""",
    "aspirin": """
        C 3.3701 .1738 .4969 C 2.0422 .0973 -.1925 O 1.7429 .6443 -1.2167 O 1.2027 -.71 .497 C -.131 -.7515 .1503
        C -.7001 -1.9928 -.096 C -2.0393 -2.0874 -.427 C -2.8135 -.9427 -.5331 C -2.2509 .295 -.29 C -.9088 .4085 .0653
        C -.333 1.737 .3867 O .6015 1.9319 1.1246 O -.9907 2.7382 -.2071 H 4.1409 .4603 -.2117 H 3.6064 -.7727 .9734
        H 3.2869 .9401 1.2663 H -.0788 -2.8718 -.0239 H -2.4759 -3.0572 -.6121 H -3.8556 -1.0165 -.8035
        H -2.845 1.1924 -.3615 H -.5707 3.584 .0146""",
}


def geometry_of(name: str) -> tuple[list[str], NDArray[np.float64]]:
    """Symbols and positions of a molecule of this module, or of the first frame of a file .xyz.

    Raises
    ------
    InputError
        If there is no such molecule, or the file is none.

    Examples
    --------
    >>> geometry_of("water")[0]
    ['O', 'H', 'H']
    """
    if name in MOLECULES:
        words = MOLECULES[name].split()
        return words[::4], np.array([words[k::4] for k in (1, 2, 3)], np.float64).T
    if not Path(name).is_file():
        raise InputError(f"molecule '{name}' is unknown; use one of {', '.join(MOLECULES)}, or a file .xyz"
                         f"{nearest(name, MOLECULES)}")
    frame = next(frames_of(Path(name)), None)
    if frame is None or not {"species", "pos"} <= set(frame.columns):
        raise InputError(f"{name} holds no molecule; expected .xyz with species and pos")
    symbols = [str(symbol) for symbol in frame.columns["species"].tolist()]
    unknown = sorted(set(symbols) - set(NUMBERS))
    if unknown:
        raise InputError(f"{name} has species {', '.join(unknown)}; expected chemical symbols")
    return symbols, frame.columns["pos"]
