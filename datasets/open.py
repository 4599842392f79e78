"""Any file of samples, by its content."""

import errno
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet
from sciml.datasets.formats.arrange import listing
from sciml.datasets.formats.hdf5_kind import contents, holds_hdf5, is_hdf5
from sciml.datasets.formats.roles import role_of

__all__ = ["FORMATS", "open_dataset"]

# Name of the module to what its files are called; the first that recognises a file reads it.
FORMATS = {
    "ours": "sciml data set",
    "fno_mat": "MATLAB file of the FNO family",
    "geo_fno": "set of .npy files",
    "neuraloperator": "tensor file of neuraloperator",
    "well": "The Well",
    "pdebench": "PDEBench",
    "plain": "archive .npz of inputs and outputs",
    "deepmd_npy": "folder of deepmd systems",
    "deepmd_hdf5": "HDF5 file of deepmd systems",
    "extxyz": "extended XYZ",
    "ase_db": "database of ASE",
}
SUFFIXES = (".mat", ".pt", ".pth", ".npz", ".h5", ".hdf5", ".extxyz", ".xyz", ".db")
FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
ROLES = ("train", "val", None, "test")


def open_dataset(path: str | Path | Sequence[str | Path], protocol: str | None = None) -> DataSet:
    """Samples of a file, a folder or several files, read when asked for.

    The format is recognised by content. Files are opened in each process that reads; the data set is a context manager
    that closes them.

    Parameters
    ----------
    path : str, Path or sequence of them
        A data set of sciml, MATLAB files of the FNO family, .npy sets of Geo-FNO, tensor files of neuraloperator, HDF5
        files of PDEBench or The Well, .npz archives; or frames of atoms: folders or HDF5 files of deepmd, extended XYZ,
        databases of ASE. Samples of several files follow one another.
    protocol : str, optional
        Published use of the files: ``fno``, ``lsm``, ``nsl``, ``lno``, ``mgno``, ``pdebench``, ``neuraloperator``,
        ``well``. Default all samples and points, split as the files are.

    Raises
    ------
    InputError
        If a file is missing, damaged, of no known format, or does not fit the others or the protocol.
    OSError
        If the disk is too full for the copy of a compressed array.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     np.savez(Path(folder, "a.npz"), inputs=np.ones((3, 8)), outputs=np.zeros((3, 8)))
    ...     with open_dataset(Path(folder, "a.npz")) as data:
    ...         len(data), data.inputs["inputs"][1].shape
    (3, (8,))
    """
    given = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    if not given:
        raise InputError("no file given; expected at least one")
    try:
        files = given
        files = [file for one in given for file in _files(one)]
        readers = [_reader(file) for file in files]
        if len(set(readers)) > 1:
            other = next(k for k, reader in enumerate(readers) if reader is not readers[0])
            kinds = _called(readers[0]), _called(readers[other])
            raise InputError(f"{files[0]} is a {kinds[0]} and {files[other]} a {kinds[1]}; open them one by one")
        data: DataSet = readers[0].open_files(files, protocol)
    except OSError as error:
        if error.errno in FULL:
            raise  # of the copy that is made of a compressed array; nothing is wrong with the file
        where = error.filename or given[0]
        raise InputError(f"{where} cannot be read ({error.strerror or error}); check the file") from None
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        # What is damaged inside an HDF5 file shows in many ways.
        if isinstance(error, InputError) or not any(holds_hdf5(file) for file in files):
            raise
        reason = " ".join(str(error).split())[:120]
        raise InputError(f"{given[0]} is damaged ({reason}); get it again") from None
    return data


def _files(path: Path) -> list[Path]:
    """The file or folder itself, or what lies in a folder that no format takes whole."""
    if not path.exists():
        raise InputError(f"{path} does not exist; give a file or a folder of samples")
    if not path.is_dir() or any(_module(name).recognises(path) for name in FORMATS):
        return [path]
    inside = [file for file in path.iterdir() if file.suffix.lower() in SUFFIXES]
    if not inside:
        raise InputError(f"{path} holds no samples; expected a published set, or files {', '.join(SUFFIXES)}")
    return sorted(inside, key=lambda file: (ROLES.index(role_of(file)), file.name))


def _reader(path: Path) -> ModuleType:
    for name in FORMATS:
        module = _module(name)
        if module.recognises(path):
            return module
    if is_hdf5(path):
        names = contents(path)[1]
        raise InputError(f"{path} is an HDF5 file with {listing(names)}; expected one of sciml, PDEBench or The Well")
    raise InputError(f"{path} is in no known format of samples; expected {', '.join(FORMATS.values())}")


def _module(name: str) -> ModuleType:
    return import_module(f"sciml.datasets.formats.{name}")


def _called(module: ModuleType) -> str:
    return FORMATS[module.__name__.rpartition(".")[2]]
