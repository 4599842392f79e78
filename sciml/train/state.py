"""Checkpoints: one file that holds all a run needs to go on bit for bit, tensors and numbers, no code.

The file is in the format of safetensors. Its header carries the tree of the state as JSON, which names each tensor.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sciml._atomic import replacing
from sciml._errors import InputError

__all__ = ["VERSION", "load_state", "save_state"]

VERSION = 1


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a tree of dicts, lists, tensors and plain values; complete or not at all.

    Parameters
    ----------
    path : Path
        Replaced in one step, so an interrupted write leaves the earlier file.

    Raises
    ------
    OSError
        If it cannot be written, e.g. because the disk is full.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "state.safetensors")
    ...     save_state(path, {"step": 3, "moments": [torch.ones(2)]})
    ...     load_state(path)
    {'step': 3, 'moments': [tensor([1., 1.])]}
    """
    from safetensors.torch import save

    tensors: dict[str, Tensor] = {}
    tree = _without_tensors(state, "", tensors)
    metadata = {"sciml_format": "checkpoint", "version": str(VERSION), "state": json.dumps(tree, allow_nan=False)}
    with replacing(path) as (partial,):
        partial.write_bytes(save(tensors, metadata))


def load_state(path: Path) -> dict[str, Any]:
    """What `save_state` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged or of another version.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise InputError(f"{path} does not exist; expected the checkpoint of a training run")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path} is damaged ({error}); expected a checkpoint of a training run") from None
    if metadata.get("sciml_format") != "checkpoint":
        raise InputError(f"{path} is no checkpoint of a training run")
    if metadata["version"] != str(VERSION):
        raise InputError(
            f"{path} is a checkpoint of version {metadata['version']}; this sciml goes on from version {VERSION} only"
        )
    state: dict[str, Any] = _with_tensors(json.loads(metadata["state"]), tensors)
    return state


def _without_tensors(tree: Any, path: str, tensors: dict[str, Tensor]) -> Any:
    if isinstance(tree, Tensor):
        # A copy: weights that share memory cannot be stored twice.
        tensors[path] = tree.detach().cpu().clone(memory_format=torch.contiguous_format)
        return {"tensor": path}
    if isinstance(tree, dict):
        return {str(key): _without_tensors(value, f"{path}/{key}", tensors) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_without_tensors(value, f"{path}/{index}", tensors) for index, value in enumerate(tree)]
    return tree


def _with_tensors(tree: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(tree, dict):
        if tree.keys() == {"tensor"}:
            return tensors[tree["tensor"]]
        return {key: _with_tensors(value, tensors) for key, value in tree.items()}
    return [_with_tensors(value, tensors) for value in tree] if isinstance(tree, list) else tree
