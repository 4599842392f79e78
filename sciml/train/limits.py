"""Which values settings may have."""

from collections.abc import Mapping
from typing import Any

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = ["CHOICES", "check_values"]

LIMITS: Mapping[str, tuple[float, float]] = {
    "data.validation": (0.0, 0.9),
    "data.workers": (0, 64),
    "time.history": (0, 10**6),
    "time.frames": (0, 10**6),
    "time.unroll": (0, 10**6),
    "systems.dim": (2, 3),
    "systems.resolution": (4, 512),
    "systems.count": (1, 10**6),
    "systems.validation": (1, 10**6),
    "systems.steps": (1, 1000),
    "loss.a": (0.0, 1e6),
    "optimiser.lr": (0.0, 1e3),
    "optimiser.weight_decay": (0.0, 1e3),
    "optimiser.beta1": (0.0, 0.999999),
    "optimiser.beta2": (0.0, 0.9999999),
    "optimiser.eps": (1e-30, 1.0),
    "optimiser.clip": (0.0, 1e30),
    "optimiser.accumulate": (1, 10**6),
    "optimiser.ema": (0.0, 0.999999),
    "schedule.warmup": (0.0, 1.0),
    "schedule.start": (1.0, 1e9),
    "schedule.end": (1.0, 1e12),
    "train.epochs": (0, 10**9),
    "train.max_minutes": (0.0, 1e7),
    "train.batch_size": (1, 10**6),
    "train.seed": (0, 2**63 - 1),
    "train.patience": (0, 10**9),
    "train.save_seconds": (0.0, 1e9),
    "train.threads": (0, 10**4),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "data.normalise": ("gaussian", "none"),
    "data.augment": ("none", "transpose", "flip", "d4"),
    "time.training": ("auto", "none", "pairs", "rollout"),
    "systems.family": ("obstacles", "jumps", "walls", "mixed"),
    "loss.name": ("rel_l2", "h1_fd", "h1_spectral", "h1_fft20", "residual", "energy"),
    "loss.reduction": ("mean", "sum"),
    "train.autocast": ("none", "bfloat16", "float16"),
    "train.device": ("cpu", "cuda"),
}


def check_values(values: Mapping[str, Any]) -> None:
    """Refuse settings beyond their limits, and some that do not go together.

    Parameters
    ----------
    values : mapping
        All settings as ``{"section.key": value}``.

    Raises
    ------
    InputError
        With the key, its value and what was expected.

    Examples
    --------
    >>> check_values({"optimiser.lr": -1.0})
    Traceback (most recent call last):
        ...
    sciml._errors.InputError: optimiser.lr is -1.0; expected a number from 0.0 to 1000.0
    """
    for key, (low, high) in LIMITS.items():
        if key in values and not low <= values[key] <= high:
            raise InputError(f"{key} is {values[key]}; expected a number from {low} to {high}")
    for key, known in CHOICES.items():
        if values.get(key, known[0]) not in known:
            value = values[key]
            raise InputError(f"{key} is '{value}'; use one of {', '.join(known)}{nearest(str(value), known)}")
    training = values.get("time.training")
    for key in ("time.history", "time.frames", "time.unroll"):
        value = values.get(key, 0)
        unused = training == "none" or (training == "pairs" and key == "time.unroll" and value != 1)
        if value and unused:
            raise InputError(f"{key} is {value} with time.training {training}; use rollout")
    if values.get("train.epochs") == 0 == values.get("train.max_minutes"):
        raise InputError("train.epochs and train.max_minutes are both 0, a run without an end; set one of them")
