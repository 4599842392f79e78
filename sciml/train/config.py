"""Settings of a training run: frozen, one section a field, each value replaceable by its key."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, get_args, get_origin, get_type_hints

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.train.limits import check_values
from sciml.train.sections import (
    DataConfig,
    LossConfig,
    ModelConfig,
    OptimiserConfig,
    ScheduleConfig,
    SystemsConfig,
    TimeConfig,
    TrainConfig,
)
from sciml.train.tables import from_tables, parse_settings, read_config, toml_of

__all__ = [
    "Config", "DataConfig", "LossConfig", "ModelConfig", "OptimiserConfig", "ScheduleConfig", "SystemsConfig",
    "TimeConfig", "TrainConfig", "as_toml", "configured", "flat", "from_tables", "parse_settings", "read_config",
]


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
        check_values(flat(self))

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
                whole = {path.partition(".")[2]: path for path in names}.get(key, key)
                raise InputError(f"setting '{key}' is unknown; write section.key=value{nearest(whole, names)}")
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
    return toml_of(flat(config))


def _replaced(part: Any, name: str, value: Any, key: str) -> Any:
    if isinstance(part, ModelConfig) and name != "name":
        # The constructor knows its arguments; they are checked when the model is built.
        return replace(part, arguments={**part.arguments, name: value})
    kinds = get_type_hints(type(part))
    if name not in kinds:
        known = ", ".join(kinds)
        raise InputError(f"setting '{key}' is unknown; this section has {known}{nearest(name, kinds)}")
    return replace(part, **{name: _typed(value, kinds[name], key)})


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


_EXPECTED = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
