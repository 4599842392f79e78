"""The sections of settings and their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "DataConfig", "LossConfig", "ModelConfig", "OptimiserConfig", "ScheduleConfig", "SystemsConfig", "TimeConfig",
    "TrainConfig",
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
