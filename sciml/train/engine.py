"""One step of the optimiser, and the state that such steps change."""

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from sciml.train.config import OptimiserConfig
from sciml.train.ranks import Ranks

__all__ = ["Engine"]

ALONE = Ranks()
PRECISIONS = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class Engine:
    """Model, optimiser, loss scaling and the running mean of weights.

    Parameters
    ----------
    model : Module
    config : OptimiserConfig
    autocast : {"none", "bfloat16", "float16"}
        Precision of forward passes; float16 scales the loss so that small gradients survive.
    device : str
    ranks : Ranks
        Processes that step together.
    """

    def __init__(
        self, model: nn.Module, config: OptimiserConfig, autocast: str = "none", device: str = "cpu",
        ranks: Ranks = ALONE,
    ) -> None:
        self.ranks = ranks
        self.model, self.config, self.device = model.to(device), config, device
        self.ema = deepcopy(self.model).requires_grad_(False) if config.ema else self.model
        # Not fused: that takes weights and moments for flat memory of one layout, which a checkpoint does not keep.
        self.optimiser = torch.optim.AdamW(
            model.parameters(), lr=config.lr, betas=(config.beta1, config.beta2), eps=config.eps,
            weight_decay=config.weight_decay, foreach=True,
        )
        self.precision = PRECISIONS.get(autocast)
        self.scaler = torch.amp.GradScaler(device, enabled=autocast == "float16")
        self.steps = 0
        self.random: Tensor | None = None  # state of the random numbers to go on from

    def forward(self, function: Callable[[nn.Module], Any], model: nn.Module) -> Any:
        """A function of the model in the precision of forward passes."""
        with torch.autocast(self.device, dtype=self.precision, enabled=self.precision is not None):
            return function(model)

    def step(
        self, losses: Sequence[Callable[[nn.Module], Tensor]], lr: float, weights: Sequence[float] | None = None
    ) -> float:
        """One step on the sum of some losses, evaluated one after the other; returns that sum, of all processes.

        Parameters
        ----------
        losses : sequence of callable
        lr : float
        weights : sequence of float, optional
            Of the losses; default equal ones that make it their mean.

        Notes
        -----
        Where the loss or its gradient is not finite no step is made and NaN is returned; only with scaled losses
        gradients beyond the range of float16 are normal, and lower the scale.
        """
        self.model.train()
        self.optimiser.zero_grad()
        total = 0.0
        if weights is None:
            weights = [1 / len(losses)] * len(losses)
        for loss, weight in zip(losses, weights, strict=True):
            value = self.forward(loss, self.model) * weight
            total += float(value.detach())
            if not torch.isfinite(value):
                break
            self.scaler.scale(value).backward()
        # Scaled gradients are added up, so that all processes see what is beyond the range of float16.
        total = self.ranks.add_gradients(list(self.model.parameters()), total)
        if not math.isfinite(total):
            return math.nan
        self.scaler.unscale_(self.optimiser)
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip or math.inf)
        if not self.scaler.is_enabled() and not torch.isfinite(norm):
            return math.nan
        for group in self.optimiser.param_groups:
            group["lr"] = lr
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.steps += 1
        self._average()
        return total

    def evaluate(self, function: Callable[[nn.Module], Any]) -> Any:
        """A function of the model that is saved, in evaluation mode."""
        return self.forward(function, self.ema.eval())

    def state(self) -> dict[str, Any]:
        """All that later steps depend on, random numbers included."""
        return {
            "model": self.model.state_dict(),
            "ema": self.ema.state_dict() if self.config.ema else None,
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "steps": self.steps,
            "random": torch.get_rng_state(),
            "random_device": torch.cuda.get_rng_state() if self.device == "cuda" else None,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over what `state` gave."""
        self.model.load_state_dict(state["model"])
        if self.config.ema:
            self.ema.load_state_dict(state["ema"])
        optimiser = state["optimiser"]
        moments = {int(index): values for index, values in optimiser["state"].items()}  # JSON knows texts as keys only
        self.optimiser.load_state_dict(optimiser | {"state": moments})
        self.scaler.load_state_dict(state["scaler"])
        self.steps = state["steps"]
        self.random = state["random"]
        if self.device == "cuda":
            torch.cuda.set_rng_state(state["random_device"])

    def _average(self) -> None:
        """Move the mean towards the weights; its first steps count little, as the weights move fast then."""
        if not self.config.ema:
            return
        decay = min(self.config.ema, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.model.parameters()), 1 - decay)
            for copy, buffer in zip(self.ema.buffers(), self.model.buffers(), strict=True):
                copy.copy_(buffer)
