"""Choices of a DPA3 network."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from sciml._errors import InputError
from sciml.models._layers import check_counts
from sciml.models.dpa3.activations import activation

__all__ = ["DPA3Settings", "Update"]

Update: TypeAlias = Literal["residual", "sequential", "average", "increment"]

_CHOICES: dict[str, tuple[Any, ...]] = {
    "edge_input": ("distance", "inverse"),
    "switch": ("exponential", "polynomial"),
    "compression": ("slices", "matrices", "none"),
    "update": ("residual", "sequential", "average", "increment"),
    "scales": ("constant", "normal"),
    "dtype": ("float32", "float64"),
}


@dataclass(frozen=True)
class DPA3Settings:
    """How a DPA3 network is built; the defaults are those of the published networks of six layers.

    Parameters
    ----------
    n_layers : int
    node_channels, edge_channels, angle_channels : int
        Features of an atom, of a pair and of an angle: d_n, d_e, d_a.
    cutoff, switch_start : float
        Pairs interact up to here, and the switch lets go from there on [Angstrom].
    angle_cutoff, angle_switch_start : float
        The same for the pairs that form angles [Angstrom].
    edge_norm, angle_norm : float
        Typical numbers of neighbours by which sums over pairs and angles are scaled.
    max_edges, max_angle_edges : int, optional
        Keep only so many nearest neighbours; the energy then jumps when they change places. Both or neither.
    axis : int
        Columns of the symmetrised moments.
    heads : int
        Messages of each pair to its atom.
    compression : {"slices", "matrices", "none"}
        How angles see atoms and pairs: their first channels, learned combinations, or all.
    compression_rate, edge_compression : int
        Angles see angle_channels / rate channels of atoms and edge_compression / (2 rate) as many of pairs.
    edge_input : {"distance", "inverse"}
        A pair starts from r, or from the switched 1/r.
    switch : {"exponential", "polynomial"}
    smooth : bool
        False: pairs without angles keep their own features in place of those gathered from angles, a jump.
    update_angle : bool
        False: no angles at all.
    update : {"residual", "sequential", "average", "increment"}
        Learned steps, all from the features before the layer, or pairs and angles first; or plain means or sums.
    scale, scales : float, {"constant", "normal"}
        Learned steps start at this value, or are drawn with it as their spread.
    activation, fitting_activation : str
        ``"silut:10.0"``, ``"silu"``, ``"tanh"``, ...
    fitting_channels : sequence of int
        Hidden layers of the network that turns the features of an atom into its energy.
    fitting_scales : bool
        Learned steps in it.
    species_bias : bool
        A constant in the first features of all species.
    concatenate : bool
        The fitting network sees the first features again.
    charge_spin : bool
        The network knows charge and spin of the whole.
    default_charge_spin : (int, int), optional
        For structures that do not tell them.
    frame_values, atom_values : int
        Further numbers of the whole and of each atom that the fitting network sees.
    default_frame_values : sequence of float, optional
        For structures that do not tell them.
    data_sets : int
        Sets of labels told apart by the fitting network, each with its own energies of free atoms; 0: one.
    default_data_set : int
        Number of the one whose labels are given where none is named.
    excluded_pairs : sequence of pairs of species
        Their pairs do not interact.
    excluded_species : sequence of str
        Their atoms have no energy of their own.
    vacuum : bool
        Subtract what the fitting network makes of features of 0.
    sigma : float
        Unit of the inverse distances.
    recompute : bool
        Keep only what goes into each layer for the derivatives and form the rest again: less memory, the same numbers.
    dtype : {"float32", "float64"}
        Precision of the network; positions and sums of energies are float64.

    Raises
    ------
    InputError
        If a choice is unknown or two do not fit together.

    Examples
    --------
    >>> DPA3Settings(angle_channels=16).seen_by_angles
    (16, 16)
    """

    n_layers: int = 6
    node_channels: int = 128
    edge_channels: int = 64
    angle_channels: int = 32
    cutoff: float = 6.0
    switch_start: float = 5.3
    angle_cutoff: float = 4.0
    angle_switch_start: float = 3.5
    edge_norm: float = 120.0
    angle_norm: float = 30.0
    max_edges: int | None = None
    max_angle_edges: int | None = None
    axis: int = 4
    heads: int = 1
    compression: Literal["slices", "matrices", "none"] = "slices"
    compression_rate: int = 1
    edge_compression: int = 2
    edge_input: Literal["distance", "inverse"] = "distance"
    switch: Literal["exponential", "polynomial"] = "exponential"
    smooth: bool = True
    update_angle: bool = True
    update: Update = "residual"
    scale: float = 0.1
    scales: Literal["constant", "normal"] = "constant"
    activation: str = "silut:10.0"
    fitting_channels: Sequence[int] = (240, 240, 240)
    fitting_activation: str = "silut:10.0"
    fitting_scales: bool = True
    species_bias: bool = False
    concatenate: bool = False
    charge_spin: bool = False
    default_charge_spin: Sequence[int] | None = None
    frame_values: int = 0
    default_frame_values: Sequence[float] | None = None
    atom_values: int = 0
    data_sets: int = 0
    default_data_set: int = 0
    excluded_pairs: Sequence[Sequence[str]] = ()
    excluded_species: Sequence[str] = ()
    vacuum: bool = False
    sigma: float = 0.3
    recompute: bool = False
    dtype: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise InputError(f"{name} is {getattr(self, name)!r}; use one of {', '.join(allowed)}")
        check_counts(**{name: getattr(self, name) for name in (
            "n_layers", "node_channels", "edge_channels", "angle_channels", "axis", "heads", "compression_rate",
            "edge_compression",
        )})
        check_counts(**{f"fitting_channels[{k}]": n for k, n in enumerate(self.fitting_channels)})
        activation(self.activation)
        activation(self.fitting_activation)
        self._check_lengths()
        self._check_channels()

    def _check_lengths(self) -> None:
        _rising(switch_start=self.switch_start, cutoff=self.cutoff)
        _rising(angle_switch_start=self.angle_switch_start, angle_cutoff=self.angle_cutoff)
        if self.angle_cutoff > self.cutoff:
            raise InputError(f"angle_cutoff {self.angle_cutoff} is beyond cutoff {self.cutoff}; expected at most that")
        if min(self.edge_norm, self.angle_norm, self.sigma) <= 0:
            raise InputError(f"edge_norm {self.edge_norm}, angle_norm {self.angle_norm} and sigma {self.sigma} must be "
                             "positive")
        edges, angles = self.max_edges, self.max_angle_edges
        if edges is not None and angles is not None:
            check_counts(max_edges=edges, max_angle_edges=angles)
        elif edges is not None or angles is not None:
            raise InputError(f"max_edges is {edges} and max_angle_edges {angles}; give both or neither")
        elif not self.smooth:
            raise InputError("smooth=False needs a fixed selection of neighbours; give max_edges and max_angle_edges")

    def _check_channels(self) -> None:
        nodes, edges = self.seen_by_angles
        if self.axis > min(self.node_channels, self.edge_channels):
            raise InputError(f"axis {self.axis} is more than the {self.edge_channels} edge_channels or the "
                             f"{self.node_channels} node_channels")
        if self.compression != "none" and self.angle_channels % (2 * self.compression_rate):
            raise InputError(f"angle_channels {self.angle_channels} cannot be divided by twice compression_rate "
                             f"{self.compression_rate}; choose a multiple")
        if self.compression == "slices" and (nodes > self.node_channels or edges > self.edge_channels):
            raise InputError(f"angles see {nodes} channels of atoms and {edges} of pairs; there are only "
                             f"{self.node_channels} and {self.edge_channels}, raise compression_rate")

    @property
    def seen_by_angles(self) -> tuple[int, int]:
        """Channels of atoms and of pairs that angles see."""
        if self.compression == "none":
            return self.node_channels, self.edge_channels
        rate = self.compression_rate
        return self.angle_channels // rate, self.edge_compression * self.angle_channels // (2 * rate)

    @property
    def features(self) -> int:
        """Channels of atoms that the fitting network sees."""
        return self.node_channels * (2 if self.concatenate else 1)

    def as_dict(self) -> dict[str, Any]:
        """The choices as values that JSON knows."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _rising(**lengths: float) -> None:
    (low, start), (high, end) = lengths.items()
    if not 0 < start < end < float("inf"):
        raise InputError(f"{low} is {start} and {high} {end}; expected 0 < {low} < {high} [Angstrom]")
