"""Checkpoints of deepmd-kit, read and written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.models.dpa3.deepmd_choices import choices, parameters
from sciml.models.dpa3.deepmd_names import foreign
from sciml.models.dpa3.model import DPA3

__all__ = ["load", "save"]


def load(path: str | Path, head: str | None) -> DPA3:
    """The network of a checkpoint; see `DPA3.from_deepmd`."""
    state, params = _read(Path(path))
    branch, chosen = _branch(params, head, path)
    species, weights = _species(chosen, path), _of_branch(state, branch)
    row = _data_set(weights)
    model = DPA3(species, **choices(chosen, path), default_data_set=row)
    found = model.state_dict()
    found["energy_bias"][row] = _energy_bias(weights)
    for other in params.get("model_dict", {}) if model.settings.data_sets else ():
        theirs = _of_branch(state, other)
        if params["model_dict"][other]["type_map"] == species and _same_fitting(theirs, weights):
            found["energy_bias"][_data_set(theirs)] = _energy_bias(theirs)
    for ours, name in (("frame", "fparam"), ("atom", "aparam")):
        if f"fitting_net.{name}_avg" in weights:
            found[f"{ours}_mean"] = weights[f"fitting_net.{name}_avg"].double()
            found[f"{ours}_scale"] = weights[f"fitting_net.{name}_inv_std"].double()
    _check_statistics(weights, model, path)
    for name in found:
        key = foreign(name)
        if key is not None:
            found[name] = _taken(weights, key, found[name], path)
    unknown = [key for key in weights if _is_weight(key)]
    if unknown:
        raise InputError(f"{path} has {len(unknown)} weights that this model has no place for, the first is "
                         f"{unknown[0]}; it was made with a choice that is not supported")
    model.load_state_dict(found)
    return model.eval()


def save(model: DPA3, path: str | Path) -> None:
    """Write a checkpoint; see `DPA3.to_deepmd`."""
    ours, T, dtype = model.settings, len(model.species), model.dtype
    params = parameters(ours, list(model.species), str(dtype).removeprefix("torch."))
    slots, row = params["descriptor"]["repflow"]["e_sel"], ours.default_data_set
    weights: dict[str, Tensor] = {}
    for name, value in model.state_dict().items():
        key = foreign(name)
        if key is not None:
            weights[key] = value.detach().cpu().clone()
            if ".networks." in key:
                weights[_twin(key)] = weights[key]
    weights |= {
        "out_bias": model.energy_bias[row].cpu().clone().view(1, T, 1),
        "out_std": torch.ones(1, T, 1, dtype=torch.float64),
        "descriptor.repflows.mean": torch.zeros(T, slots, 4, dtype=dtype),
        "descriptor.repflows.stddev": torch.full((T, slots, 4), ours.sigma, dtype=dtype),
        "fitting_net.bias_atom_e": torch.zeros(T, 1, dtype=torch.float64),
    }
    for kind, name in (("frame", "fparam"), ("atom", "aparam")):
        if getattr(ours, f"{kind}_values"):
            weights[f"fitting_net.{name}_avg"] = getattr(model, f"{kind}_mean").cpu().to(dtype)
            weights[f"fitting_net.{name}_inv_std"] = getattr(model, f"{kind}_scale").cpu().to(dtype)
    if ours.default_frame_values is not None:
        weights["fitting_net.default_fparam_tensor"] = torch.tensor(ours.default_frame_values, dtype=dtype)
    if ours.data_sets:
        weights["fitting_net.case_embd"] = torch.eye(ours.data_sets, dtype=dtype)[row].clone()
    state: dict[str, Any] = {f"model.Default.atomic_model.{name}": value for name, value in weights.items()}
    state["model.Default.min_nbor_dist"] = torch.tensor(-1.0, dtype=torch.float64)
    state["_extra_state"] = {"model_params": params, "train_infos": {"lr": 0, "step": 0}}
    with replacing(Path(path)) as (temporary,):
        torch.save({"model": state}, temporary)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        state = found.get("model", found)
        return state, state["_extra_state"]["model_params"]
    except Exception as error:  # damaged archives raise whatever their reader stumbles over
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is no checkpoint of deepmd-kit's PyTorch back end ({reason}); expected a .pt file "
                         "that dp --pt train wrote (frozen .pth files hold programs, which are not run)") from None


def _branch(params: dict[str, Any], head: str | None, path: str | Path) -> tuple[str, dict[str, Any]]:
    heads = params.get("model_dict")
    if heads is None:
        if head is not None:
            raise InputError(f"{path} has one head only; head='{head}' was asked for, leave it out")
        return "Default", params
    if head is None or head not in heads:
        asked = "none was chosen" if head is None else f"'{head}' is none of them{nearest(head, heads)}"
        raise InputError(f"{path} has the heads {', '.join(heads)}; {asked}: give head=")
    return head, heads[head]


def _species(params: Mapping[str, Any], path: str | Path) -> list[str]:
    descriptor = params.get("descriptor", {})
    kind, fits = descriptor.get("type", "se_e2_a"), params.get("fitting_net", {}).get("type", "ener")
    if (kind, fits) != ("dpa3", "ener"):
        raise InputError(f"{path} has the descriptor '{kind}' and fits '{fits}'; expected 'dpa3' and 'ener'")
    return list(params["type_map"])


def _of_branch(state: Mapping[str, Any], branch: str) -> dict[str, Tensor]:
    prefix = f"model.{branch}.atomic_model."
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _data_set(weights: Mapping[str, Tensor]) -> int:
    code = weights.get("fitting_net.case_embd")
    return 0 if code is None else int(code.argmax())


def _energy_bias(weights: Mapping[str, Tensor]) -> Tensor:
    return weights["out_bias"][0, :, 0].double() + weights["fitting_net.bias_atom_e"][:, 0].double()


def _same_fitting(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> bool:
    return all(torch.equal(value, a[key]) for key, value in b.items() if ".networks." in key)


def _taken(weights: dict[str, Tensor], key: str, like: Tensor, path: str | Path) -> Tensor:
    """A weight, no longer among those to be placed."""
    if key not in weights or weights[key].shape != like.shape:
        there = tuple(weights[key].shape) if key in weights else "missing"
        raise InputError(f"{path}: {key} is {there}; expected shape {tuple(like.shape)} by the choices in the file")
    return weights.pop(key).to(like.dtype)


def _is_weight(key: str) -> bool:
    return "_residual." in key or (key.endswith((".matrix", ".bias", ".idt")) and "._networks." not in key)


def _check_statistics(weights: Mapping[str, Tensor], model: DPA3, path: str | Path) -> None:
    for name, constant in (("mean", 0.0), ("stddev", model.settings.sigma)):
        values = weights.get(f"descriptor.repflows.{name}")
        if values is not None and not torch.allclose(values.double(), torch.tensor(constant).double(), rtol=1e-6):
            raise InputError(f"{path} scales distances by statistics of its data ({name} is not {constant}); only "
                             "networks with a constant fix_stat_std are supported")


def _twin(key: str) -> str:
    """The second name under which weights of the fitting network are stored."""
    return key.replace(".networks.", "._networks.")
