"""Settings of a training run: frozen dataclasses, TOML, and ``section.key=value``."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from sciml._errors import InputError
from sciml._nearest import nearest

__all__ = [
    "Config", "DataConfig", "LossConfig", "ModelConfig", "OptimiserConfig", "ScheduleConfig", "SystemsConfig",
    "TimeConfig", "TrainConfig", "as_toml", "configured", "flat", "from_tables", "parse_settings", "read_config",
]


@dataclass(frozen=True)
class ModelConfig:
    """Which model, and arguments of its constructor; what is not given follows from the data."""

    name: str = "unet"
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DataConfig:
    """Samples and what is done to them before the model sees them.

    Parameters
    ----------
    files : tuple of str
        Data sets, joined in this order; none means the set that comes with sciml.
    protocol : str
        Name of a published split; empty = as stored.
    inputs, outputs : tuple of str
        Names of fields that become channels, in this order; none means all.
    boundary : str
        Condition on all sides, for files that do not tell.
    normalise : {"gaussian", "none"}
        Mean and deviation of each channel over the training samples.
    augment : {"none", "transpose", "flip", "d4"}
        Symmetries of the equation, drawn anew for each sample and epoch.
    validation : float
        Part of the training samples set aside where the file has no validation samples.
    skip_bad : bool
        Leave out samples with values that are not finite instead of refusing them.
    workers : int
        Threads that read batches ahead.
    """

    files: tuple[str, ...] = ()
    protocol: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    boundary: str = ""
    normalise: str = "gaussian"
    augment: str = "none"
    validation: float = 0.1
    skip_bad: bool = False
    workers: int = 0


@dataclass(frozen=True)
class TimeConfig:
    """Steps in time: a model that gives the next frame is applied to what it gave before.

    Parameters
    ----------
    training : {"auto", "none", "pairs", "rollout"}
        What is learnt: all outputs at once (none), the next frame from frames of the data (pairs), or frames through
        the model's own frames, the loss summed over the steps (rollout). auto is what the protocol of the data says.
    history : int
        Frames the model is given; 0 = 1 for pairs, all that the data give for rollout.
    frames : int
        Frames wanted after those, in roll-outs of training, validation and evaluation; 0 = all there are.
    unroll : int
        Steps of a roll-out in training, which then begins at every frame that leaves room for them; 0 = all frames.
    """

    training: str = "auto"
    history: int = 0
    frames: int = 0
    unroll: int = 0


@dataclass(frozen=True)
class SystemsConfig:
    """Random linear systems that ``dcdm`` is trained on; other models do not look at them.

    Parameters
    ----------
    family : {"obstacles", "jumps", "walls", "mixed"}
        See `sciml.datasets.families.random_system`.
    dim, resolution : int
        Axes of the boxes, and cells an axis.
    count, validation : int
        Systems of an epoch, and those set aside.
    steps : int
        Steps taken on each.
    """

    family: str = "mixed"
    dim: int = 3
    resolution: int = 32
    count: int = 48
    validation: int = 8
    steps: int = 8


@dataclass(frozen=True)
class LossConfig:
    """What is minimised: a loss of `sciml.train.losses`, its reduction over a batch, and a of h1_fft20.

    Search directions have losses of their own, residual and energy; h1_fd, the preset, is residual for them.
    """

    name: str = "h1_fd"
    reduction: str = "mean"
    a: float = 1.0


@dataclass(frozen=True)
class OptimiserConfig:
    """AdamW: learning rate at its peak, decoupled weight decay, moments, and what is done to gradients.

    Parameters
    ----------
    clip : float
        Largest norm of the gradient; 0 = none.
    accumulate : int
        Batches whose gradients are added up before a step.
    ema : float
        Decay of the running mean of weights, which is what is evaluated and saved; 0 = none.
    """

    lr: float = 2e-3
    weight_decay: float = 1e-4
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    clip: float = 1.0
    accumulate: int = 1
    ema: float = 0.995


@dataclass(frozen=True)
class ScheduleConfig:
    """One cycle: cosine from lr / start up to lr during the part `warmup`, and down to lr / end."""

    warmup: float = 0.2
    start: float = 10.0
    end: float = 1000.0


@dataclass(frozen=True)
class TrainConfig:
    """How long and how.

    Parameters
    ----------
    epochs : int
        Passes over the training samples; 0 = as many as `max_minutes` allow.
    max_minutes : float
        The first 20 steps are timed and fix the number of steps; 0 = no limit.
    patience : int
        Stop after this many epochs without a better validation error; 0 = never.
    monitor : str
        Metric of the validation samples that decides which model is the best.
    autocast : {"none", "bfloat16", "float16"}
        Precision of the forward pass.
    save_seconds : float
        Time between checkpoints.
    threads : int
        Threads of torch; 0 = all usable cores. A run goes on with the number it began with.
    """

    epochs: int = 20
    max_minutes: float = 0.0
    batch_size: int = 16
    seed: int = 0
    patience: int = 0
    monitor: str = "rel_l2"
    autocast: str = "none"
    device: str = "cpu"
    save_seconds: float = 60.0
    threads: int = 0


@dataclass(frozen=True)
class Config:
    """All settings, one section a field.

    Examples
    --------
    >>> Config().changed({"train.epochs": 3}).train.epochs
    3
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    time: TimeConfig = field(default_factory=TimeConfig)
    systems: SystemsConfig = field(default_factory=SystemsConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        _check(self)

    def changed(self, settings: Mapping[str, Any]) -> "Config":
        """With some values replaced, given as ``{"section.key": value}``.

        Raises
        ------
        InputError
            If a key is unknown (the nearest one is named) or a value does not fit.
        """
        parts: dict[str, Any] = {}
        for key, value in settings.items():
            section, _, name = key.partition(".")
            known = [one.name for one in fields(Config)]
            if section not in known or not name:
                names = [path for path in flat(Config()) if path != "model.name"]
                raise InputError(f"setting '{key}' is unknown; write section.key=value{nearest(key, names)}")
            parts[section] = _replaced(parts.get(section, getattr(self, section)), name, value, key)
        return replace(self, **parts)


# Where a model asks for other values than fields do.
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "dcdm": {
        "optimiser.lr": 1e-2, "optimiser.weight_decay": 0.0, "optimiser.ema": 0.9, "schedule.warmup": 0.1,
        "schedule.end": 20.0, "train.batch_size": 2, "train.monitor": "loss",
    },
}


def configured(settings: Mapping[str, Any]) -> Config:
    """The settings that suit the model, with those given in their place.

    Raises
    ------
    InputError
        As `Config.changed`.

    Examples
    --------
    >>> configured({"model.name": "dcdm"}).train.batch_size
    2
    """
    return Config().changed({**_USUAL.get(settings.get("model.name", ""), {}), **settings})


def parse_settings(texts: Iterable[str]) -> dict[str, Any]:
    """``["a.b=1"]`` as ``{"a.b": 1}``: values are those of TOML, and texts where they are none.

    Raises
    ------
    InputError
        If there is no "=".

    Examples
    --------
    >>> parse_settings(["model.n_modes=[8, 8]", "model.boundary=neumann"])
    {'model.n_modes': [8, 8], 'model.boundary': 'neumann'}
    """
    pairs = [(text, *text.partition("=")) for text in texts]
    for text, key, equals, _ in pairs:
        if not equals or not key.strip():
            raise InputError(f"setting '{text}' has no value; write section.key=value, as in optimiser.lr=0.002")
    return {key.strip(): _read(value.strip()) for _, key, _, value in pairs}


def read_config(path: Path) -> dict[str, Any]:
    """Settings of a TOML file as ``{"section.key": value}``.

    Raises
    ------
    InputError
        If the file cannot be read or is no TOML.
    """
    try:
        return from_tables(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}); expected settings in TOML") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is no TOML file: {error}") from None


def from_tables(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Nested tables as ``{"section.key": value}``."""
    result: dict[str, Any] = {}
    for section, values in tables.items():
        if not isinstance(values, Mapping):
            raise InputError(f"'{section}' stands outside of a table; expected it below [model], [data], [train], ...")
        result |= {f"{section}.{key}": value for key, value in values.items()}
    return result


def flat(config: Config) -> dict[str, Any]:
    """All settings as ``{"section.key": value}``, arguments of the model among them.

    Examples
    --------
    >>> flat(Config())["optimiser.lr"]
    0.002
    """
    tables = asdict(config)
    model = {"name": config.model.name, **config.model.arguments}
    return from_tables(tables | {"model": model})


def as_toml(config: Config) -> str:
    """The settings as a TOML file; None is left out.

    Examples
    --------
    >>> as_toml(Config()).splitlines()[:2]
    ['[model]', 'name = "unet"']
    """
    lines: list[str] = []
    for key, value in flat(config).items():
        section, _, name = key.partition(".")
        if f"[{section}]" not in lines:
            lines += [""] * bool(lines) + [f"[{section}]"]
        if value is not None:
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            # JSON escapes are those of TOML, but for DEL.
            import json

            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]"


def _replaced(part: Any, name: str, value: Any, key: str) -> Any:
    if isinstance(part, ModelConfig) and name != "name":
        # The constructor knows its arguments; they are checked when the model is built.
        return replace(part, arguments={**part.arguments, name: value})
    kinds = get_type_hints(type(part))
    if name not in kinds:
        known = ", ".join(kinds)
        raise InputError(f"setting '{key}' is unknown; this section has {known}{nearest(name, kinds)}")
    return replace(part, **{name: _typed(value, kinds[name], key)})


def _read(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _typed(value: Any, kind: Any, key: str) -> Any:
    if get_origin(kind) is tuple:
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list | tuple) and all(isinstance(item, get_args(kind)[0]) for item in items):
            return tuple(items)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is kind:
        return value
    raise InputError(f"{key} is {value!r}; expected {_EXPECTED.get(kind, 'a list of texts')}")


_LIMITS: Mapping[str, tuple[float, float]] = {
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
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "data.normalise": ("gaussian", "none"),
    "data.augment": ("none", "transpose", "flip", "d4"),
    "time.training": ("auto", "none", "pairs", "rollout"),
    "systems.family": ("obstacles", "jumps", "walls", "mixed"),
    "loss.name": ("rel_l2", "h1_fd", "h1_spectral", "h1_fft20", "residual", "energy"),
    "loss.reduction": ("mean", "sum"),
    "train.autocast": ("none", "bfloat16", "float16"),
    "train.device": ("cpu", "cuda"),
}
_EXPECTED = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def _check(config: Config) -> None:
    for key, value in flat(config).items():
        low, high = _LIMITS.get(key, (None, None))
        if low is not None and high is not None and not low <= value <= high:
            raise InputError(f"{key} is {value}; expected a number from {low} to {high}")
    for key, known in _CHOICES.items():
        section, _, name = key.partition(".")
        value = getattr(getattr(config, section), name)
        if value not in known:
            raise InputError(f"{key} is '{value}'; use one of {', '.join(known)}{nearest(str(value), known)}")
    time = config.time
    for key in ("history", "frames", "unroll"):
        unused = time.training == "none" or (time.training == "pairs" and key == "unroll" and time.unroll != 1)
        if getattr(time, key) and unused:
            raise InputError(f"time.{key} is {getattr(time, key)} with time.training {time.training}; use rollout")
    if config.train.epochs == 0 and config.train.max_minutes == 0:
        raise InputError("train.epochs and train.max_minutes are both 0, a run without an end; set one of them")
