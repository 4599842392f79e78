"""Our own files: HDF5, one sample a chunk, checksummed, with grid, split and how the samples were made."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.sink import new_hdf5
from sciml.datasets.protocols import PROTOCOLS, protocol_of
from sciml.datasets.ragged import Ragged, Stored, Table
from sciml.datasets.series import recut
from sciml.datasets.stores import Hdf5Array, Hdf5File
from sciml.datasets.view import View
from sciml.mesh import Boundary, Grid

__all__ = [
    "FORMAT", "SAMPLES", "VERSION", "Writer", "grid_attributes", "grid_of", "open_files", "open_ours", "recognises",
    "writing",
]

FORMAT, VERSION = "dataset", 1
# Equations whose published protocols make sense on files made anew: they choose samples and frames, no points.
KINDS = {"navier_stokes": "navier-stokes"}
# Attribute of what is stored row by row: of what a sample has several, or that each row is a sample.
ROWS, SAMPLES = "rows", "samples"
CHUNK = 1 << 16  # bytes of rows


def recognises(path: Path) -> bool:
    """Whether the file says that it is one of ours.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    import h5py

    if not path.is_file() or not h5py.is_hdf5(path):
        return False
    with h5py.File(path, "r") as file:
        return bool(file.attrs.get("sciml_format") == FORMAT)


def open_ours(path: Path) -> DataSet:
    """A data set whose fields are read from the file when asked for.

    Raises
    ------
    InputError
        If the file is damaged, of a newer version, or lacks what it must have.
    """
    with ExitStack() as stack:
        opened = Hdf5File(path)
        stack.callback(opened.close)
        try:
            file = opened.handle()
            version = int(file.attrs["version"])
            if version > VERSION:
                raise InputError(f"{path} has version {version} of the format; this sciml reads up to {VERSION}")
            attributes = {name: _plain(value) for name, value in file.attrs.items()}
            facts = {name: item[:] for name, item in file.get("samples", {}).items()}
            data = DataSet(
                name=str(attributes["name"]),
                inputs=_fields(opened, "inputs", facts),
                outputs=_fields(opened, "outputs", facts),
                grid=grid_of(file["grid"].attrs) if "grid" in file else None,
                equation=json.loads(attributes.get("equation", "null")),
                attributes=attributes | {"generator": json.loads(attributes.get("generator", "{}"))},
                split={name: item[:] for name, item in file.get("split", {}).items()},
                protocol=str(attributes.get("protocol", "as stored")),
                facts=facts,
                closing=stack.pop_all(),
            )
        except (OSError, RuntimeError, KeyError, TypeError, json.JSONDecodeError) as error:
            reason = " ".join(str(error).split())[:120]
            raise InputError(f"{path} is damaged or not a data set ({reason}); expected a file of sciml data") from None
    return data


def _fields(opened: Hdf5File, group: str, facts: Mapping[str, NDArray[Any]]) -> dict[str, Field]:
    """Where samples differ in length, data sets of their rows say what the rows are."""
    file, found = opened.handle(), dict[str, Field]()
    for name in file[group]:
        key = f"{group}/{name}"
        store = Hdf5Array(opened, key)
        rows = file[key].attrs.get(ROWS)
        if rows is None:
            found[name] = View(store)
        elif str(rows) == SAMPLES:
            found[name] = Table(Stored(store))
        else:
            counts = facts[str(rows)].astype(np.int64)
            if counts.sum() != store.shape[0]:
                raise KeyError(f"{key} has {store.shape[0]} rows, and samples/{rows} counts {counts.sum()}")
            found[name] = Ragged(Stored(store), counts)
    return found


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """A single file as `open_ours` does; the split is the one it has, or that of a protocol of steps in time.

    Raises
    ------
    InputError
        If several files are asked for, or a published protocol that is for other files.
    """
    if len(paths) > 1:
        raise InputError(f"{len(paths)} files of sciml data given, {paths[0]} first; open them one by one")
    data = open_ours(paths[0])
    if protocol in (None, data.protocol, data.protocol.split()[0]):
        return data
    try:
        kind = KINDS.get(str((data.equation or {}).get("kind")), "")
        if data.protocol == "as stored" and protocol in PROTOCOLS.get(kind, {}):
            return _under(data, kind, str(protocol))
        known = f"its kind knows {', '.join(PROTOCOLS[kind])}" if kind else "name one when converting published files"
        raise InputError(
            f"{paths[0]} is a file of sciml with the protocol '{data.protocol}', and '{protocol}' is asked for; {known}"
            f"{nearest(str(protocol), PROTOCOLS.get(kind, {}))}"
        )
    except InputError:
        data.closing.close()
        raise


def _under(data: DataSet, kind: str, protocol: str) -> DataSet:
    """Frames and parts of a published protocol, the parts in proportion where samples are fewer."""
    chosen, count, remark = protocol_of(kind, protocol), len(data), ""
    if count < chosen.samples:
        chosen, remark = chosen.scaled(count), f" scaled to {count} samples"
    told = f"{protocol} {kind}{remark}: {chosen.told()}; {chosen.trap}"
    cut = recut(data, chosen.history, chosen.wanted)
    return replace(cut, split=chosen.split([count]), protocol=told)


class Writer:
    """Fills a file sample by sample.

    Parameters
    ----------
    file : h5py.File
        Open for writing, empty but for attributes.
    count : int
        Number of samples.
    check : callable
        Raises when the file cannot be written.
    compress : bool
        Whether samples are compressed.
    """

    def __init__(self, file: Any, count: int, check: Callable[[], None], compress: bool = False) -> None:
        self.file, self.count, self.check = file, count, check
        self.written: dict[str, int] = {}
        self.packing = {"compression": "gzip", "compression_opts": 9, "shuffle": True} if compress else {}

    def put(self, group: str, name: str, sample: int, value: NDArray[Any]) -> None:
        """Store the value of a sample; the first one sets shape and dtype.

        Parameters
        ----------
        group : str
            ``inputs`` or ``outputs``.

        Raises
        ------
        OSError
            If the file cannot be written, e.g. because the disk is full.
        """
        key = f"{group}/{name}"
        if key not in self.file:
            self.file.create_dataset(
                key, (self.count, *value.shape), value.dtype, chunks=(1, *value.shape), fletcher32=True, **self.packing
            )
        self.file[key][sample] = value
        self.check()

    def append(self, group: str, name: str, values: NDArray[Any], total: int, rows: str, units: str = "") -> None:
        """Store the next rows of a field whose samples differ in length.

        Parameters
        ----------
        total : int
            Rows of all samples; the first call sets shape and dtype.
        rows : str
            The fact that counts the rows of a sample, or ``samples``: a row is a sample.
        units : str
            Told beside them.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        key = f"{group}/{name}"
        if key not in self.file:
            many = max(1, min(total, CHUNK // max(1, values[:1].nbytes)))
            self.file.create_dataset(
                key, (total, *values.shape[1:]), values.dtype, chunks=(many, *values.shape[1:]), fletcher32=True,
                **self.packing,
            )
            self.file[key].attrs.update({ROWS: rows} | ({"units": units} if units else {}))
        start = self.written.get(key, 0)
        self.file[key][start : start + len(values)] = values
        self.written[key] = start + len(values)
        self.check()

    def facts(self, name: str, values: NDArray[Any]) -> None:
        """Store a number for each sample."""
        self.file.create_dataset(f"samples/{name}", data=values, chunks=(min(len(values), 1024),), fletcher32=True)

    def split(self, parts: Mapping[str, NDArray[np.int64]]) -> None:
        """Store which samples are for what."""
        for name, samples in parts.items():
            self.file.create_dataset(f"split/{name}", data=np.asarray(samples, np.int64))


@contextmanager
def writing(
    path: Path, count: int, *, name: str, grid: Grid | None, equation: Mapping[str, Any] | None, seed: int | None,
    generator: Mapping[str, Any], compress: bool = False,
) -> Iterator[Writer]:
    """A file of `count` samples to fill; no times are stored in it, so equal samples make equal bytes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.h5")
    ...     with writing(path, 2, name="a", grid=Grid((3,)), equation=None, seed=0, generator={}) as writer:
    ...         for sample in range(2):
    ...             writer.put("inputs", "source", sample, np.full(3, sample, np.float32))
    ...             writer.put("outputs", "solution", sample, np.ones(3, np.float32))
    ...     with open_ours(path) as data:
    ...         data.inputs["source"][1], data.grid.shape
    (array([1., 1., 1.], dtype=float32), (3,))
    """
    with new_hdf5(path) as (file, sink):
        file.attrs.update({
            "sciml_format": FORMAT, "version": VERSION, "name": name, **({} if seed is None else {"seed": seed}),
            "equation": json.dumps(equation, sort_keys=True), "generator": json.dumps(generator, sort_keys=True),
        })
        if grid is not None:
            file.create_group("grid").attrs.update(grid_attributes(grid))
        yield Writer(file, count, sink.check, compress)


def grid_attributes(grid: Grid) -> dict[str, Any]:
    """A grid as attributes of a group, its mask and fixed cells left out.

    Examples
    --------
    >>> sorted(grid_attributes(Grid((3,))))
    ['boundary', 'extent', 'location', 'shape']
    """
    boundary = {side: [one.kind, one.value, one.transfer] for side, one in grid.boundary.items()}
    return {
        "shape": np.array(grid.shape), "extent": np.array(grid.extent), "location": grid.location,
        "boundary": json.dumps(boundary, sort_keys=True),
    }


def grid_of(attributes: Mapping[str, Any]) -> Grid:
    """The grid of such attributes.

    Examples
    --------
    >>> grid_of(grid_attributes(Grid((3,), (2.0,)))).extent
    (2.0,)
    """
    boundary = {side: Boundary(*given) for side, given in json.loads(attributes["boundary"]).items()}
    location = str(attributes["location"])
    shape, extent = (tuple(attributes[name].tolist()) for name in ("shape", "extent"))
    return Grid(shape, extent, "node" if location == "node" else "cell", boundary)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
