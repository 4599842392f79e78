"""The folder of a run: settings, data record, checkpoint, metrics, and the best model."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sciml._atomic import replacing
from sciml._errors import InputError
from sciml.train.config import Config, as_toml, flat, read_config
from sciml.train.log import MetricLog

if TYPE_CHECKING:
    from sciml.models import Pretrained

__all__ = ["Run", "new_folder"]

# What a resumed run may do differently.
FREE = ("train.epochs", "train.max_minutes")


def new_folder(output: Path | None, model: str) -> Path:
    """Where a new run goes: `output`, or the first free of runs/MODEL-1, runs/MODEL-2, ...

    Raises
    ------
    InputError
        If `output` exists and is no empty folder, or cannot be created.
    """
    if output is None:
        number = 1
        while Path(f"runs/{model}-{number}").exists():
            number += 1
        return Path(f"runs/{model}-{number}")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"{output} exists; choose another --output, or go on with it: sciml train --resume {output}")
    ancestor = next(path for path in (output, *output.absolute().parents) if path.exists())
    if not ancestor.is_dir() or not os.access(ancestor, os.W_OK):
        raise InputError(f"{output} cannot be created, {ancestor} is no folder that can be written to; choose another")
    return output


@dataclass(frozen=True, eq=False)
class Run:
    """A folder with ``config.toml``, ``data.json``, ``last/``, metrics, curves, and the best model once there is one.

    Parameters
    ----------
    path : Path
    log : MetricLog
    """

    path: Path
    log: MetricLog

    @classmethod
    def create(cls, path: Path, config: Config, record: Mapping[str, Any]) -> "Run":
        """A new run with its settings and data written down."""
        (path / "last").mkdir(parents=True, exist_ok=True)
        run = cls(path, MetricLog(path))
        run.write_config(config)
        with replacing(path / "data.json") as (partial,):
            partial.write_text(json.dumps(record, indent=1) + "\n")
        return run

    @classmethod
    def open(cls, path: Path) -> "Run":
        """An earlier run.

        Raises
        ------
        InputError
            If the folder holds none.
        """
        if not (path / "config.toml").is_file() or not (path / "data.json").is_file():
            raise InputError(f"{path} holds no run (no config.toml and data.json); expected a folder of sciml train")
        return cls(path, MetricLog(path))

    @property
    def checkpoint(self) -> Path:
        """All that is needed to go on."""
        return self.path / "last" / "state.safetensors"

    def config(self) -> Config:
        """The settings of the run."""
        return Config().changed(read_config(self.path / "config.toml"))

    def record(self) -> dict[str, Any]:
        """What it was trained on.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        try:
            return dict(json.loads((self.path / "data.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{self.path}/data.json is damaged ({error}); expected what sciml train wrote") from None

    def model(self) -> "Pretrained":
        """The best model so far.

        Raises
        ------
        InputError
            If no epoch has ended yet.
        """
        from sciml.models import load_model

        if not (self.path / "config.json").is_file():
            raise InputError(f"{self.path} has no model yet, no epoch has ended; go on by sciml train --resume")
        return load_model(self.path)

    def write_config(self, config: Config) -> None:
        """Write the settings."""
        with replacing(self.path / "config.toml") as (partial,):
            partial.write_text(as_toml(config))

    def save_checkpoint(self, state: dict[str, Any], config: Config) -> None:
        """Replace the checkpoint."""
        from sciml.train.state import save_state

        self.checkpoint.parent.mkdir(exist_ok=True)
        save_state(self.checkpoint, {**state, "config": _as_json(config)})

    def load_checkpoint(self, config: Config) -> dict[str, Any]:
        """The state to go on from.

        Raises
        ------
        InputError
            If there is none, or settings differ from those it was made with; the first such key is named.
        """
        from sciml.train.state import load_state

        state = load_state(self.checkpoint)
        then, now = _as_json(Config()) | state.pop("config"), _as_json(config)  # older ones lack later settings
        for key in sorted({*then, *now} - {*FREE}):
            if then.get(key) != now.get(key):
                raise InputError(
                    f"{key} is {now.get(key)!r}, and the run was begun with {then.get(key)!r}; a resumed run may "
                    f"change {' and '.join(FREE)} only"
                )
        return state

    def check_record(self, record: Mapping[str, Any]) -> None:
        """Refuse to go on with other data.

        Raises
        ------
        InputError
            Naming what differs from what was recorded when the run began.
        """
        then, now = self.record(), json.loads(json.dumps(record))
        for key, value in then.items():
            if now.get(key) != value:
                raise InputError(f"the data of {self.path} changed since it began: {key} differs; restore the files")

    def write_curves(self) -> None:
        """Draw the metrics so far."""
        from sciml.train.curves import write_curves

        write_curves(self.path / "curves.png", self.log.rows, self.path.name)


def _as_json(config: Config) -> dict[str, Any]:
    """Settings as they come back from a file."""
    plain: dict[str, Any] = json.loads(json.dumps(flat(config)))
    return {key: value for key, value in plain.items() if value is not None}
