"""Models that are saved and loaded as a folder: config.json beside model.safetensors, never a pickle."""

import json
from pathlib import Path
from typing import Any, Self

from torch import nn

from sciml._atomic import replacing
from sciml._errors import InputError

__all__ = ["FORMAT", "Pretrained", "read_config"]

FORMAT = 1
CONFIG, WEIGHTS = "config.json", "model.safetensors"


class Pretrained(nn.Module):
    """A module whose constructor sets ``config`` to its own arguments; they and the weights are all that is saved.

    Attributes
    ----------
    config : dict
        Arguments of the constructor, as values that JSON knows.

    Examples
    --------
    >>> import tempfile, torch
    >>> class Scale(Pretrained):
    ...     def __init__(self, n: int) -> None:
    ...         super().__init__()
    ...         self.config = {"n": n}
    ...         self.weight = nn.Parameter(torch.arange(float(n)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Scale(3).save_pretrained(folder)
    ...     Scale.from_pretrained(folder).weight.tolist()
    [0.0, 1.0, 2.0]
    """

    config: dict[str, Any]

    def save_pretrained(self, folder: str | Path) -> None:
        """Write config.json and model.safetensors, both or neither; the folder is created.

        Raises
        ------
        OSError
            If the disk is full or the folder cannot be written.
        """
        from safetensors.torch import save

        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"model": type(self).__name__, "format": FORMAT, "arguments": self.config}, indent=2)
        state = {name: tensor.detach().contiguous().cpu() for name, tensor in self.state_dict().items()}
        with replacing(home / CONFIG, home / WEIGHTS) as (config, weights):
            config.write_text(text + "\n")
            weights.write_bytes(save(state))

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Self:
        """The model that `save_pretrained` wrote, on the CPU, in evaluation mode.

        Raises
        ------
        InputError
            If files are missing or damaged, or hold another model or other shapes.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        home = Path(folder)
        config = read_config(home)
        if config["model"] != cls.__name__:
            raise InputError(f"{home / CONFIG} is of the model {config['model']}; expected {cls.__name__}")
        try:
            model = cls(**config["arguments"])
            model.load_state_dict(load_file(home / WEIGHTS))
        except (OSError, SafetensorError, TypeError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:160]
            raise InputError(f"{home} holds no complete {cls.__name__} ({reason}); expected a saved model") from None
        return model.eval()


def read_config(folder: Path) -> dict[str, Any]:
    """What config.json of a saved model says: its class as ``model``, and ``arguments``.

    Raises
    ------
    InputError
        If it is missing, damaged or of a newer version.
    """
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text())
        version, _, _ = config["format"], config["model"], config["arguments"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder} holds no saved model ({CONFIG} is missing or damaged); expected a folder that "
                         "save_pretrained or a training run wrote") from None
    if version != FORMAT:
        raise InputError(f"{path} has version {version} of the format; this sciml reads {FORMAT}")
    return dict(config)
