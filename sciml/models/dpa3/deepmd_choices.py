"""Choices of a network as deepmd-kit writes them into its checkpoints."""

import math
from collections.abc import Mapping
from typing import Any

from sciml._errors import InputError
from sciml.models.dpa3.settings import DPA3Settings

__all__ = ["choices", "parameters"]

# What deepmd-kit takes for choices of the network that a file does not name.
_DEFAULTS: dict[str, Any] = dict(
    n_dim=128, e_dim=64, a_dim=64, nlayers=6, e_rcut=6.0, e_rcut_smth=5.0, e_sel=120, a_rcut=4.0, a_rcut_smth=3.5,
    a_sel=20, a_compress_rate=0, a_compress_e_rate=1, a_compress_use_split=False, n_multi_edge_message=1, axis_neuron=4,
    update_angle=True, update_style="res_residual", update_residual=0.1, update_residual_init="const", fix_stat_std=0.3,
    skip_stat=False, optim_update=True, smooth_edge_update=False, edge_init_use_dist=False, use_exp_switch=False,
    use_dynamic_sel=False, sel_reduce_factor=10.0, sequential_update=False,
)
_ALIASES = {"edge_use_dist": "edge_init_use_dist", "use_env_envelope": "use_exp_switch"}
_UPDATES = {"res_residual": "residual", "res_avg": "average", "res_incr": "increment"}
_MOST_NEIGHBOURS = 1200  # slots that a written file provides at least, so that deepmd-kit cuts no neighbours


def choices(params: Mapping[str, Any], path: object) -> dict[str, Any]:
    """Fields of `DPA3Settings` for the model parameters of a checkpoint.

    Parameters
    ----------
    params : mapping
        What the file holds as ``model_params``, of one head.
    path : str or Path
        For messages.

    Raises
    ------
    InputError
        If a choice is not supported.
    """
    descriptor, fitting, species = params["descriptor"], params.get("fitting_net", {}), params["type_map"]
    given = {_ALIASES.get(key, key): value for key, value in descriptor["repflow"].items()}
    rep = {**_DEFAULTS, **given}
    _refuse(path, **{
        "repflow": sorted(set(given) - set(_DEFAULTS)), "use_econf_tebd": descriptor.get("use_econf_tebd", False),
        "env_protection": descriptor.get("env_protection", 0.0),
        "use_aparam_as_mask": fitting.get("use_aparam_as_mask"), "spin": params.get("spin"),
        "bridging_method": params.get("bridging_method", "none") not in ("none", None, ""),
        "update_style": rep["update_style"] not in _UPDATES and rep["update_style"],
    })
    excluded = [*descriptor.get("exclude_types", []), *params.get("pair_exclude_types", [])]
    precisions = {descriptor.get("precision", "float64"), fitting.get("precision", "float64")}
    return dict(
        **_shape(rep),
        activation=descriptor.get("activation_function", "silu"),
        fitting_channels=fitting.get("neuron", [120, 120, 120]),
        fitting_activation=fitting.get("activation_function", "tanh"),
        fitting_scales=fitting.get("resnet_dt", True),
        species_bias=descriptor.get("use_tebd_bias", False),
        concatenate=descriptor.get("concat_output_tebd", False),
        charge_spin=descriptor.get("add_chg_spin_ebd", False),
        default_charge_spin=descriptor.get("default_chg_spin"),
        frame_values=fitting.get("numb_fparam", 0),
        default_frame_values=fitting.get("default_fparam"),
        atom_values=fitting.get("numb_aparam", 0),
        data_sets=fitting.get("dim_case_embd", 0),
        excluded_pairs=[[species[a], species[b]] for a, b in excluded],
        excluded_species=[species[k] for k in params.get("atom_exclude_types", [])],
        vacuum=any(energy is not None for energy in fitting.get("atom_ener") or []),
        dtype="float32" if precisions <= {"float32", "single"} else "float64",
    )


def _shape(rep: Mapping[str, Any]) -> dict[str, Any]:
    """Choices of the message passing."""
    dynamic = rep["use_dynamic_sel"]
    factor = rep["sel_reduce_factor"] if dynamic else 1
    compressed = rep["a_compress_rate"] != 0
    slices = "slices" if rep["a_compress_use_split"] else "matrices"
    return dict(
        n_layers=rep["nlayers"], node_channels=rep["n_dim"], edge_channels=rep["e_dim"], angle_channels=rep["a_dim"],
        cutoff=float(rep["e_rcut"]), switch_start=float(rep["e_rcut_smth"]),
        angle_cutoff=float(rep["a_rcut"]), angle_switch_start=float(rep["a_rcut_smth"]),
        edge_norm=rep["e_sel"] / factor, angle_norm=rep["a_sel"] / factor,
        max_edges=None if dynamic else rep["e_sel"], max_angle_edges=None if dynamic else rep["a_sel"],
        axis=rep["axis_neuron"], heads=rep["n_multi_edge_message"],
        compression=slices if compressed else "none", compression_rate=rep["a_compress_rate"] or 1,
        edge_compression=rep["a_compress_e_rate"],
        edge_input="distance" if rep["edge_init_use_dist"] else "inverse",
        switch="exponential" if rep["use_exp_switch"] else "polynomial", smooth=rep["smooth_edge_update"],
        update_angle=rep["update_angle"],
        update="sequential" if rep["sequential_update"] else _UPDATES[rep["update_style"]],
        scale=rep["update_residual"], scales={"const": "constant", "norm": "normal"}[rep["update_residual_init"]],
        sigma=rep["fix_stat_std"],
    )


def parameters(settings: DPA3Settings, species: list[str], dtype: str) -> dict[str, Any]:
    """Model parameters of a checkpoint, so that deepmd-kit builds the same network.

    Raises
    ------
    InputError
        If the normalisers cannot be told to deepmd-kit.
    """
    ours = settings
    e_sel, a_sel, factor = _slots(ours)
    number = {name: k for k, name in enumerate(species)}
    styles = {kind: style for style, kind in _UPDATES.items()} | {"sequential": "res_residual"}
    repflow = dict(
        n_dim=ours.node_channels, e_dim=ours.edge_channels, a_dim=ours.angle_channels, nlayers=ours.n_layers,
        e_rcut=ours.cutoff, e_rcut_smth=ours.switch_start, e_sel=e_sel, a_rcut=ours.angle_cutoff,
        a_rcut_smth=ours.angle_switch_start, a_sel=a_sel,
        a_compress_rate=0 if ours.compression == "none" else ours.compression_rate,
        a_compress_e_rate=ours.edge_compression, a_compress_use_split=ours.compression == "slices",
        n_multi_edge_message=ours.heads, axis_neuron=ours.axis, update_angle=ours.update_angle,
        update_style=styles[ours.update], update_residual=ours.scale,
        update_residual_init="const" if ours.scales == "constant" else "norm", fix_stat_std=ours.sigma, skip_stat=False,
        optim_update=True, smooth_edge_update=ours.smooth, edge_init_use_dist=ours.edge_input == "distance",
        use_exp_switch=ours.switch == "exponential", use_dynamic_sel=ours.max_edges is None, sel_reduce_factor=factor,
        sequential_update=ours.update == "sequential",
    )
    descriptor = dict(
        type="dpa3", repflow=repflow, activation_function=ours.activation, precision=dtype,
        use_tebd_bias=ours.species_bias, concat_output_tebd=ours.concatenate,
        exclude_types=[[number[a], number[b]] for a, b in ours.excluded_pairs], add_chg_spin_ebd=ours.charge_spin,
        default_chg_spin=None if ours.default_charge_spin is None else list(ours.default_charge_spin),
    )
    fitting = dict(
        type="ener", neuron=list(ours.fitting_channels), resnet_dt=ours.fitting_scales, precision=dtype,
        activation_function=ours.fitting_activation, numb_fparam=ours.frame_values, numb_aparam=ours.atom_values,
        dim_case_embd=ours.data_sets, atom_ener=[0.0] * len(species) if ours.vacuum else [],
    )
    if ours.default_frame_values is not None:
        fitting["default_fparam"] = list(ours.default_frame_values)
    return dict(
        type_map=species, descriptor=descriptor, fitting_net=fitting,
        atom_exclude_types=[number[name] for name in ours.excluded_species],
    )


def _slots(ours: DPA3Settings) -> tuple[int, int, float]:
    """e_sel, a_sel and the factor between them and the norms.

    deepmd-kit cuts what is beyond its slots also where it selects dynamically, so there must be many.
    """
    if ours.max_edges is not None and ours.max_angle_edges is not None:
        if (ours.max_edges, ours.max_angle_edges) != (ours.edge_norm, ours.angle_norm):
            raise InputError(f"deepmd-kit takes max_edges {ours.max_edges} and max_angle_edges {ours.max_angle_edges} "
                             f"for edge_norm and angle_norm too, which are {ours.edge_norm} and {ours.angle_norm}")
        return ours.max_edges, ours.max_angle_edges, 10.0
    least = max(1, math.ceil(_MOST_NEIGHBOURS / ours.edge_norm))
    for factor in (least, *(10 * step for step in range(1, 1001))):
        edges, angles = ours.edge_norm * factor, ours.angle_norm * factor
        if factor >= least and edges >= angles and edges.is_integer() and angles.is_integer():
            return int(edges), int(angles), float(factor)
    raise InputError(f"edge_norm {ours.edge_norm} and angle_norm {ours.angle_norm} are no ratios of whole numbers that "
                     "deepmd-kit can hold, or the second is larger; choose numbers with at most three decimals")


def _refuse(path: object, **found: Any) -> None:
    for name, value in found.items():
        if value:
            raise InputError(f"{path} was made with {name} = {value}, which is not supported")

