"""Weights of networks that were trained by the code of the paper, read by the names they have there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from sciml._errors import InputError
from sciml.models.mgno.cycle import Level, VCycle
from sciml.models.mgno.layer import OperatorLayer
from sciml.models.mgno.model import MgNO
from sciml.models.mgno.presets import preset

__all__ = ["from_reference", "reference_names"]

# What the published networks do and ours do not unless they are asked to.
AS_PUBLISHED: dict[str, dict[str, Any]] = {"navier-stokes": {"legacy": ["open_T"]}}


def from_reference(source: str | Path | Mapping[str, Tensor], experiment: str, **changes: Any) -> MgNO:
    """The network that the paper's code trained, with the same tensors and the same order of operations.

    Parameters
    ----------
    source : str, Path or mapping of str to Tensor
        The state of a reference network, ``model.state_dict()``, or a file of it: ``.safetensors``, or written by
        ``torch.save``, of which nothing but tensors is read.
    experiment : str
        Key of `PRESETS`.
    **changes
        Arguments of `MgNO` in which the network differs from the preset.

    Returns
    -------
    MgNO
        In evaluation mode. Its output is that of the reference before the normaliser there decodes it: fitted means
        and deviations are no part of a state.

    Raises
    ------
    InputError
        If the file cannot be read or holds more than tensors, or the names or shapes are those of another network.

    Notes
    -----
    The published network of Navier-Stokes wraps its smoothers around periodic axes but not its prolongations, and is
    loaded so (``legacy=["open_T"]``); ``legacy=()`` closes them, which changes what the network predicts.

    Cycles run step by step as in the reference. ``preset(experiment).load_state_dict(model.state_dict())`` runs each in
    one call: faster on a processor, and in single precision by 1e-6 off.

    References
    ----------
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024, and its
    code, https://github.com/xlliu2017/MgNO.

    Examples
    --------
    >>> model = preset("darcy-16")
    >>> names, state = reference_names(model), model.state_dict()
    >>> loaded = from_reference({names[name]: tensor for name, tensor in state.items()}, "darcy-16")
    >>> names["layers.2.W.R.0.weight"], bool((loaded.layers[2].W.R[0].weight == model.layers[2].W.R[0].weight).all())
    ('conv_list.2.layer1.0.R.weight', True)
    """
    model = preset(experiment, **{**AS_PUBLISHED.get(experiment, {}), **changes})
    state = dict(source) if isinstance(source, Mapping) else _tensors(Path(source))
    names = reference_names(model)
    _compare({theirs: model.state_dict()[ours] for ours, theirs in names.items()}, state, experiment)
    model.load_state_dict({ours: state[theirs] for ours, theirs in names.items()})
    for cycle in model.modules():
        if isinstance(cycle, VCycle):
            cycle.one_call = False
    return model.eval()


def reference_names(model: MgNO) -> dict[str, str]:
    """Names of a network's tensors here, and in the code of the paper.

    Parameters
    ----------
    model : MgNO
        With what the published networks are made of: separate A, learned transfers, plain restriction, no lifting.

    Raises
    ------
    InputError
        If a tensor has no counterpart there.

    Examples
    --------
    >>> reference_names(preset("pipe"))["layers.0.W.levels.4.A.1.weight"]
    'conv_list.0.post_smooth_layer4.0.A.weight'
    """
    if model.config["restriction"] != "plain" or model.config["share_A"] or model.config["transfer"] == "fixed":
        raise InputError("the code of the paper has cycles with plain restriction, separate A and learned transfers "
                         "only; leave restriction, share_A and transfer as they are in the preset")
    modules, names = dict(_modules(model)), {}
    for name in model.state_dict():
        module, _, kind = name.rpartition(".")
        if module not in modules:
            raise InputError(f"{name} has no counterpart in the code of the paper; take the arguments of a preset")
        names[name] = f"{modules[module]}.{kind}"
    return names


def _modules(model: MgNO) -> Iterator[tuple[str, str]]:
    for i, layer in enumerate(model.layers):
        assert isinstance(layer, OperatorLayer)
        yield from _within(layer.W, f"layers.{i}.W", f"conv_list.{i}")
        yield f"layers.{i}.B", f"linear_list.{i}"
        yield f"layers.{i}.norm", f"norm_layer_list.{i}"
    last = "linear" if model.config["pointwise"] else "last_layer"
    if isinstance(model.head, VCycle):
        yield from _within(model.head, "head", last)
    else:
        yield "head", last


def _within(W: VCycle, ours: str, theirs: str) -> Iterator[tuple[str, str]]:
    """Modules of a cycle. On all levels but the finest, what comes first there is the restriction to this level."""
    for number, level in enumerate(W.levels):
        assert isinstance(level, Level)
        for step in range(level.n_steps):
            after = step - level.before
            home = f"post_smooth_layer{number}.{after}" if after >= 0 else f"layer{number}.{step + (number > 0)}"
            yield f"{ours}.levels.{number}.S.{step}", f"{theirs}.{home}.S"
            if step >= level.skipped:
                yield f"{ours}.levels.{number}.A.{step - level.skipped}", f"{theirs}.{home}.A"
    for number in range(len(W.T)):
        for kind in ("R", "Pi"):
            yield f"{ours}.{kind}.{number}", f"{theirs}.layer{number + 1}.0.{kind}"
        yield f"{ours}.T.{number}", f"{theirs}.RTlayers.{number}"
        yield f"{ours}.norms.{number}", f"{theirs}.norm_layer_list.{number}"


def _tensors(path: Path) -> dict[str, Tensor]:
    """Tensors of a file by name; nothing in it is executed."""
    import torch
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{path} cannot be read ({reason}); expected the state of a network") from None
    except Exception as error:  # what is damaged or hostile fails in many ways
        reason = " ".join(str(error).split())[:100]
        raise InputError(f"{path} is damaged or holds more than tensors ({reason}); where the model was made, write "
                         "torch.save(model.state_dict(), file)") from None
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise InputError(f"{path} holds other things than tensors by name; expected model.state_dict()")
    return found


def _compare(expected: Mapping[str, Tensor], state: Mapping[str, Tensor], experiment: str) -> None:
    """Say in one line where a state differs from that of a preset."""
    remedy = f"; give {experiment}'s arguments that differ, or another preset"
    for title, left, right in (("lacks", expected, state), ("has beyond it", state, expected)):
        if names := [name for name in left if name not in right]:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise InputError(f"the state {title} {names[0]}{more}, compared with {experiment}{remedy}")
    if other := [name for name in expected if expected[name].shape != state[name].shape]:
        listed = ", ".join(f"{name} {tuple(state[name].shape)} for {tuple(expected[name].shape)}" for name in other[:3])
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""
        raise InputError(f"the state has other shapes than {experiment}: {listed}{more}{remedy}")
