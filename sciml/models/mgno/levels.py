"""Networks with fewer levels."""

from sciml._errors import InputError
from sciml.models.mgno.model import MgNO

__all__ = ["truncated"]


def truncated(model: MgNO, levels: int) -> MgNO:
    """The network that `model` is on grids with room for no more than `levels` levels.

    Parameters
    ----------
    model : MgNO
        Weights of levels below are left out: what a training grid had no room for stayed at its initial values, and
        would come into play on finer grids.
    levels : int

    Raises
    ------
    InputError
        If the network has fewer levels.

    Examples
    --------
    >>> model = MgNO(hidden_channels=4, n_layers=1)
    >>> truncated(model, 3).settings.sizes((64, 64))
    [(64, 64), (32, 32), (16, 16)]
    """
    if not 1 <= levels <= model.settings.levels:
        raise InputError(f"{levels} levels were asked of a network with {model.settings.levels}; expected 1 to that")
    kernels = model.config["prolongation_kernel"][: levels - 1]
    new = MgNO(**{**model.config, "steps": model.config["steps"][:levels], "prolongation_kernel": kernels})
    weights = model.state_dict()
    new.load_state_dict({name: weights[name] for name in new.state_dict()})
    new.to(next(model.parameters()).dtype).train(model.training)
    return new
