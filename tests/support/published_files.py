"""Small files in the layouts that others publish, with the arrays that readers should find in them."""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Published:
    """Files, and what they hold as (N, T, *space)."""

    paths: list[Path]
    inputs: Mapping[str, Array]
    outputs: Mapping[str, Array]
    split: Mapping[str, list[int]] = field(default_factory=dict)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def values(*shape: int, dtype: str = "f4", seed: int = 0) -> Array:
    return rng(seed).standard_normal(shape).astype(dtype)


MAT_CLASS = {"f8": 6, "f4": 7, "u1": 9, "?": 9}
MAT_TYPE = {"f8": 9, "f4": 7, "u1": 2, "?": 2}


def mat5(
    path: Path, arrays: Mapping[str, Array], *, packed: bool = False, order: str = "<", small: bool = False
) -> None:
    """Write level 5 by the book; `small` stores doubles as bytes, as MATLAB does with whole numbers."""

    def element(kind: int, data: bytes) -> bytes:
        return struct.pack(order + "II", kind, len(data)) + data + bytes(-len(data) % 8)

    with path.open("wb") as file:
        file.write(b"MATLAB 5.0 MAT-file".ljust(124) + (b"\x00\x01IM" if order == "<" else b"\x01\x00MI"))
        for name, array in arrays.items():
            code = array.dtype.str[1:] if array.dtype != bool else "?"
            stored = "u1" if small or code == "?" else code
            flags = MAT_CLASS[code] | (0x200 if code == "?" else 0)
            body = element(6, struct.pack(order + "II", flags, 0))
            body += element(5, struct.pack(order + f"{array.ndim}i", *array.shape)) + element(1, name.encode())
            body += element(MAT_TYPE[stored], array.astype(order + stored).tobytes(order="F"))
            whole = element(14, body)
            if packed:
                data = zlib.compress(whole)
                whole = struct.pack(order + "II", 15, len(data)) + data
            file.write(whole)


def mat73(path: Path, arrays: Mapping[str, Array], **options: Any) -> None:
    """Write 7.3: HDF5 behind a header of 512 bytes, axes reversed."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            item = file.create_dataset(name, data=array.T, **options)
            item.attrs["MATLAB_class"] = np.bytes_("double")
    with path.open("rb+") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


MAT_WRITERS: dict[str, Callable[[Path, Mapping[str, Array]], None]] = {
    "v5": mat5,
    "v5-packed": lambda path, arrays: mat5(path, arrays, packed=True),
    "v5-big-endian": lambda path, arrays: mat5(path, arrays, order=">"),
    "v7.3": mat73,
    "v7.3-gzip": lambda path, arrays: mat73(path, arrays, compression="gzip", chunks=True),
}


def darcy_arrays(count: int = 6, n: int = 5) -> dict[str, Array]:
    return {"coeff": values(count, n, n + 1, dtype="f8"), "sol": values(count, n, n + 1, seed=1)}


def npy_set(folder: Path, **arrays: Array) -> list[Path]:
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return [folder]


def airfoil(folder: Path, count: int = 4) -> Published:
    x, y, q = values(count, 7, 6, dtype="f8"), values(count, 7, 6, dtype="f8", seed=1), values(count, 5, 7, 6, seed=2)
    paths = npy_set(folder, NACA_Cylinder_X=x, NACA_Cylinder_Y=y, NACA_Cylinder_Q=q)
    names = ("density", "velocity_x", "velocity_y", "pressure", "mach")
    return Published(paths, {"x": x, "y": y}, {name: q[:, k] for k, name in enumerate(names)})


def pipe(folder: Path, shape: tuple[int, ...] = (4, 6, 6)) -> Published:
    x, y, q = values(*shape, dtype="f8"), values(*shape, dtype="f8", seed=1), values(shape[0], 3, *shape[1:], seed=2)
    paths = npy_set(folder, Pipe_X=x, Pipe_Y=y, Pipe_Q=q)
    names = ("velocity_x", "velocity_y", "pressure")
    return Published(paths, {"x": x, "y": y}, {name: q[:, k] for k, name in enumerate(names)})


def elasticity(folder: Path, count: int = 5) -> Published:
    xy, stress = values(count, 9, 2, dtype="f8"), values(count, 9, dtype="f8", seed=1)
    paths = npy_set(folder, Random_UnitCell_XY_10=xy.transpose(1, 2, 0), Random_UnitCell_sigma_10=stress.T)
    return Published(paths, {"x": xy[..., 0], "y": xy[..., 1]}, {"stress": stress})


def elasticity_samples_first(folder: Path) -> Published:
    """The same set, copied with samples first."""
    xy, stress = values(5, 9, 2, dtype="f8"), values(5, 9, dtype="f8", seed=1)
    paths = npy_set(folder, Random_UnitCell_XY_10=xy, Random_UnitCell_sigma_10=stress)
    return Published(paths, {"x": xy[..., 0], "y": xy[..., 1]}, {"stress": stress})


def masked(folder: Path) -> Published:
    mask, stress = values(4, 6, 5) > 0, values(4, 6, 5, seed=1)
    last = {"Random_UnitCell_mask_10_interp": mask, "Random_UnitCell_sigma_10_interp": stress}
    paths = npy_set(folder, **{name: np.moveaxis(array, 0, -1) for name, array in last.items()})
    return Published(paths, {"mask": mask.astype("f4")}, {"stress": stress})


def helmholtz(folder: Path, count: int = 4) -> Published:
    c, u = values(count, 6, 6), values(count, 6, 6, seed=1)
    paths = npy_set(folder, Helmholtz_inputs=c.transpose(1, 2, 0), Helmholtz_outputs=u.transpose(1, 2, 0))
    return Published(paths, {"speed": c}, {"solution": u})


def tensors(folder: Path, legacy: bool = False) -> Published:
    import torch

    x, y = values(4, 6, 6) > 0, values(4, 6, 6, seed=1)
    pair = {"x": torch.from_numpy(x), "y": torch.from_numpy(y)}
    for part, kept in (("train", slice(0, 3)), ("test", slice(3, 4))):
        path = folder / f"darcy_{part}_6.pt"
        chosen = {name: tensor[kept].clone() for name, tensor in pair.items()}
        torch.save(chosen, path, _use_new_zipfile_serialization=not legacy)
    return Published([folder], {"coefficient": x.astype("f4")}, {"solution": y}, {"train": [0, 1, 2], "test": [3]})


def burgers_tensors(folder: Path) -> Published:
    import torch

    x, y = values(4, 8, dtype="f8"), values(4, 5, 8, dtype="f8", seed=1)
    torch.save({"input": torch.from_numpy(x), "output": torch.from_numpy(y), "visc": torch.ones(1, 1)}, folder / "b.pt")
    return Published([folder / "b.pt"], {"initial": x}, {"solution": y})


def pdebench_advection(folder: Path, count: int = 5) -> Published:
    u = values(count, 13, 8)
    path = folder / "1D_Advection_Sols_beta0.4.hdf5"
    with h5py.File(path, "w") as file:
        file["tensor"] = u
        file["x-coordinate"] = (np.arange(8) + 0.5) / 8
        file["t-coordinate"] = np.linspace(0, 2, 14)
    return Published([path], {"initial": u[:, :10]}, {"solution": u[:, 10:]})


def pdebench_darcy(folder: Path, count: int = 5) -> Published:
    a, u = values(count, 6, 6), values(count, 1, 6, 6, seed=1)
    path = folder / "2D_DarcyFlow_beta1.0_Train.hdf5"
    with h5py.File(path, "w") as file:
        file["nu"], file["tensor"] = a, u
        file["x-coordinate"] = file["y-coordinate"] = (np.arange(6) + 0.5) / 6
        file.attrs["beta"] = 1.0
    return Published([path], {"coefficient": a}, {"solution": u[:, 0]})


def pdebench_gas(folder: Path) -> Published:
    fields = {name: values(3, 12, 5, 4, seed=k) for k, name in enumerate(("density", "pressure", "Vx", "Vy"))}
    path = folder / "2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_Train.hdf5"
    with h5py.File(path, "w") as file:
        for name, array in fields.items():
            file.create_dataset(name, data=array, chunks=(1, 3, 5, 4), compression="lzf")
        file["x-coordinate"], file["y-coordinate"] = (np.arange(5) + 0.5) / 5, (np.arange(4) + 0.5) / 4
    early, late = ({n: a[:, part] for n, a in fields.items()} for part in (slice(0, 10), slice(10, 12)))
    return Published([path], early, late)


def pdebench_groups(folder: Path, count: int = 11) -> Published:
    u = values(count, 12, 6, 5, 2)
    path = folder / "2D_diff-react_NA_NA.h5"
    with h5py.File(path, "w") as file:
        for k, one in enumerate(u):
            group = file.create_group(f"{k:04d}")
            group.create_dataset("data", data=one, compression="lzf")
            group["grid/x"], group["grid/y"], group["grid/t"] = np.arange(6) / 6, np.arange(5) / 5, np.arange(12.0)
            group.attrs["config"] = "sim: {}"
    both = ("activator", "inhibitor")
    early, late = ({n: u[:, part, ..., k] for k, n in enumerate(both)} for part in (slice(0, 10), slice(10, 12)))
    return Published([path], early, late)


def pdebench_driven(folder: Path) -> Published:
    v, p, f = values(3, 12, 5, 4, 2), values(3, 12, 5, 4, 1, seed=1), values(3, 5, 4, 2, seed=2)
    path = folder / "ns_incom_inhom_2d_512-0.h5"
    with h5py.File(path, "w") as file:
        file["velocity"], file["particles"], file["force"], file["t"] = v, p, f, np.zeros((3, 12))
    whole = {"Vx": v[..., 0], "Vy": v[..., 1], "particles": p[..., 0]}
    early, late = ({n: a[:, part] for n, a in whole.items()} for part in (slice(0, 10), slice(10, 12)))
    return Published([path], early | {"force_x": f[..., 0], "force_y": f[..., 1]}, late)


def well_file(path: Path, count: int, seed: int, flat: bool = False) -> dict[str, Array]:
    """A file with axes left out in every way the format allows; all fields in full."""
    frames, nx, ny = 6, 5, 4
    density, velocity = values(count, frames, nx, ny, seed=seed), values(count, frames, nx, ny, 2, seed=seed + 1)
    stress = values(count, frames, nx, ny, 2, 2, seed=seed + 2)
    depth, profile = values(nx, ny, seed=seed + 3), values(frames, ny, seed=seed + 4)
    speed = values(count, seed=seed + 5)
    with h5py.File(path, "w") as file:
        file.attrs.update({"dataset_name": "waves", "grid_type": "cartesian"})
        file.attrs.update({"n_spatial_dims": 2, "n_trajectories": count})
        dims = file.create_group("dimensions")
        dims.attrs["spatial_dims"] = ["x", "y"]
        dims["time"], dims["x"], dims["y"] = np.arange(6.0), np.arange(5) * 0.2, (np.arange(4) + 0.5) * 0.25
        wall = file.create_group("boundary_conditions/x_periodic")
        wall.attrs.update({"associated_dims": ["x"], "bc_type": "PERIODIC"})
        wall["mask"] = np.array([True, False, False, False, True])
        lid = file.create_group("boundary_conditions/top")
        lid.attrs.update({"associated_dims": ["y"], "bc_type": "open"})
        lid["mask"] = np.array([False, False, False, True])

        def put(key: str, data: Array, sample: bool, time: bool, along: list[bool]) -> None:
            file[key] = data
            file[key].attrs.update({"sample_varying": sample, "time_varying": time, "dim_varying": along})

        put("t0_fields/density", density, True, True, [True, True])
        put("t0_fields/depth", depth, False, False, [True, True])
        put("t0_fields/profile", profile if flat else profile[:, None], False, True, [False, True])
        put("t1_fields/velocity", velocity, True, True, [True, True])
        put("t2_fields/stress", stress.reshape(*stress.shape[:-2], 4) if flat else stress, True, True, [True, True])
        put("scalars/speed", speed, True, False, [])
    full = {"density": density, "velocity_x": velocity[..., 0], "velocity_y": velocity[..., 1]}
    full |= {f"stress_{a}{b}": stress[..., i, j] for i, a in enumerate("xy") for j, b in enumerate("xy")}
    full["profile"] = np.broadcast_to(profile[None, :, None], density.shape)
    return full | {"depth": np.broadcast_to(depth, (count, nx, ny)), "speed": speed}


def well(folder: Path, flat: bool = False) -> Published:
    parts = []
    for part, count in (("train", 3), ("valid", 1), ("test", 2)):
        target = folder / "waves" / "data" / part
        target.mkdir(parents=True)
        parts.append(well_file(target / "waves.hdf5", count, seed=10 * count, flat=flat))
    full = {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
    inputs = {name: array if name in ("depth", "speed") else array[:, :4] for name, array in full.items()}
    outputs = {name: array[:, 4:] for name, array in full.items() if name not in ("depth", "speed")}
    return Published([folder / "waves"], inputs, outputs, {"train": [0, 1, 2], "val": [3], "test": [4, 5]})


def archive(folder: Path, packed: bool = False) -> Published:
    a, u = values(6, 5, 4, dtype="f8"), np.asfortranarray(values(6, 5, 4, seed=1))
    (np.savez_compressed if packed else np.savez)(folder / "pair.npz", x=a, y=u)
    return Published([folder / "pair.npz"], {"x": a}, {"y": u})


def darcy(folder: Path, version: str) -> Published:
    arrays = darcy_arrays()
    MAT_WRITERS[version](folder / "piececonst.mat", arrays)
    return Published([folder / "piececonst.mat"], {"coefficient": arrays["coeff"]}, {"solution": arrays["sol"]})


def two_darcy(folder: Path) -> Published:
    """One file of either version: two halves of one set."""
    halves = [darcy_arrays(3), {name: array + 1 for name, array in darcy_arrays(2).items()}]
    mat5(folder / "smooth1.mat", halves[0], packed=True)
    mat73(folder / "smooth2.mat", halves[1])
    both = {name: np.concatenate([half[name] for half in halves]) for name in halves[0]}
    return Published([folder], {"coefficient": both["coeff"]}, {"solution": both["sol"]})


def navier_stokes(folder: Path, version: str) -> Published:
    a, u = values(3, 5, 6), values(3, 5, 6, 14, seed=1)
    MAT_WRITERS[version](folder / "ns.mat", {"a": a, "u": u, "t": np.arange(1.0, 15.0)[None]})
    u = np.moveaxis(u, -1, 1)
    return Published([folder / "ns.mat"], {"vorticity": u[:, :10]}, {"solution": u[:, 10:]})


def burgers(folder: Path, frames: int = 0) -> Published:
    a, u = values(4, 9, dtype="f8"), values(4, *((frames,) if frames else ()), 9, dtype="f8", seed=1)
    mat5(folder / "burgers.mat", {"a": a, "u": u})
    return Published([folder / "burgers.mat"], {"initial": a}, {"solution": u})


def whole_numbers(folder: Path) -> Published:
    """Doubles that MATLAB stores as bytes, and flags."""
    a, u = rng().integers(0, 9, (4, 5, 5)).astype("f8"), rng(1).integers(0, 9, (4, 5, 5)).astype("f8")
    mat5(folder / "d.mat", {"coeff": a, "sol": u}, packed=True, small=True)
    return Published([folder / "d.mat"], {"coefficient": a}, {"solution": u})


def plasticity(folder: Path) -> Published:
    die, out = values(3, 7, dtype="f8"), values(3, 7, 4, 5, 4, dtype="f8", seed=1)
    mat73(folder / "plas.mat", {"input": die, "output": out})
    names = ("x", "y", "displacement_x", "displacement_y")
    found = {name: np.moveaxis(out[..., k], 3, 1) for k, name in enumerate(names)}
    return Published([folder / "plas.mat"], {"die": die}, found)


LAYOUTS: dict[str, Callable[[Path], Published]] = {
    **{f"darcy {version}": (lambda folder, version=version: darcy(folder, version)) for version in MAT_WRITERS},  # type: ignore[misc]
    "navier-stokes v5": lambda folder: navier_stokes(folder, "v5-packed"),
    "navier-stokes v7.3": lambda folder: navier_stokes(folder, "v7.3"),
    "burgers": burgers,
    "burgers in time": lambda folder: burgers(folder, 3),
    "whole numbers": whole_numbers,
    "plasticity": plasticity,
    "two files": two_darcy,
    "airfoil": airfoil,
    "pipe": pipe,
    "elasticity": elasticity,
    "elasticity samples first": elasticity_samples_first,
    "elasticity on a grid": masked,
    "helmholtz": helmholtz,
    "tensors": tensors,
    "tensors of old torch": lambda folder: tensors(folder, legacy=True),
    "burgers tensors": burgers_tensors,
    "pdebench advection": pdebench_advection,
    "pdebench darcy": pdebench_darcy,
    "pdebench gas": pdebench_gas,
    "pdebench groups": pdebench_groups,
    "pdebench driven": pdebench_driven,
    "well": well,
    "well, axes absent": lambda folder: well(folder, flat=True),
    "npz": archive,
    "npz packed": lambda folder: archive(folder, packed=True),
}
