"""Torch tensors as arrays of NumPy or CuPy on the same memory, and back: kernels know arrays only."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.dlpack import from_dlpack

from sciml._errors import InputError
from sciml.kernels._device import device_library

__all__ = ["call", "check_real", "empty", "home"]


def call(kernel: Callable[..., Any], *args: Any) -> Any:
    """``kernel(*args)`` with tensors as arrays on the device where they lie, and its arrays as tensors; no copies.

    Parameters
    ----------
    kernel : callable
        Takes and returns arrays, or tuples of them.
    args : Tensor, tuple or anything else
        Only tensors that are not contiguous are copied.

    Examples
    --------
    >>> call(np.negative, torch.tensor([1.0, 2.0]))
    tensor([-1., -2.])
    """
    device = home(args)
    if device.type != "cpu":
        return _call_on_device(kernel, device, args)
    given = _mapped(lambda value: _laid_out(value).numpy() if isinstance(value, Tensor) else value, args)
    return _mapped(lambda value: torch.from_numpy(value) if isinstance(value, np.ndarray) else value, kernel(*given))


def _call_on_device(kernel: Callable[..., Any], device: torch.device, args: Any) -> Any:
    """The same through DLPack, in the order of the work that torch has queued there."""
    cupy = device_library()
    stream = cupy.cuda.Stream.from_external(torch.cuda.current_stream(device))
    with cupy.cuda.Device(device.index), stream:
        given = _mapped(lambda value: cupy.from_dlpack(_laid_out(value)) if isinstance(value, Tensor) else value, args)
        found = kernel(*given)
        return _mapped(lambda value: from_dlpack(value) if hasattr(value, "__dlpack__") else value, found)


def home(args: Any) -> torch.device:
    """The one device of all tensors in a tuple.

    Raises
    ------
    InputError
        If they lie on several.

    Examples
    --------
    >>> home((1, (torch.zeros(2),)))
    device(type='cpu')
    """
    devices: list[torch.device] = []
    _mapped(lambda value: devices.append(value.device) if isinstance(value, Tensor) else None, args)
    if len(set(devices)) != 1:
        raise InputError(f"tensors lie on {sorted(set(map(str, devices)))}; expected one device: move them by .to(...)")
    return devices[0]


def empty(shape: tuple[int, ...], like: Tensor) -> Tensor:
    """A tensor to be written, of the dtype and on the device of another.

    On the CPU the memory is NumPy's, who asks the system for large pages: a first write then takes half the time.

    Examples
    --------
    >>> empty((2, 3), torch.zeros(1)).shape
    torch.Size([2, 3])
    """
    if like.device.type != "cpu":
        return torch.empty(shape, dtype=like.dtype, device=like.device)
    return torch.from_numpy(np.empty(shape, like.detach().numpy().dtype))


def check_real(**tensors: Tensor) -> None:
    """Raise InputError unless all are float32 or all are float64.

    Examples
    --------
    >>> check_real(values=torch.zeros(2), x=torch.zeros(3))
    """
    dtypes = {name: value.dtype for name, value in tensors.items()}
    if len(set(dtypes.values())) > 1 or not set(dtypes.values()) <= {torch.float32, torch.float64}:
        found = ", ".join(f"{name} {str(dtype).removeprefix('torch.')}" for name, dtype in dtypes.items())
        raise InputError(f"dtypes are {found}; expected float32 for all or float64 for all")


def _laid_out(value: Tensor) -> Tensor:
    return value.detach().contiguous()


def _mapped(convert: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, tuple | list):
        parts = [_mapped(convert, part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return convert(value)
