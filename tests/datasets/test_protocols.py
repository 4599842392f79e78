"""Published splits: which samples, points and frames; too little data is refused, and the protocol is stored."""

from pathlib import Path

import numpy as np
import pytest
from published_files import airfoil, mat5, mat73, pdebench_groups, pipe, values, well

from sciml._errors import InputError
from sciml.datasets.open import open_dataset
from sciml.datasets.protocols import PROTOCOLS, Take, protocol_of

# Kind, protocol, samples of every file; first and last sample of training, test and validation.
SPLITS = [
    ("elasticity", "lsm", [2000], (0, 999), (1800, 1999), None),
    ("elasticity", "lno", [2000], (0, 999), (1000, 1999), None),
    ("plasticity", "lsm", [987], (0, 899), (907, 986), None),
    ("plasticity", "lno", [987], (0, 899), (900, 986), None),
    ("navier-stokes", "lsm", [1200], (0, 999), (1000, 1199), None),
    ("navier-stokes", "fno", [5000], (0, 999), (4800, 4999), None),
    ("darcy", "lsm", [1024, 1024], (0, 999), (1024, 1223), None),
    ("darcy", "fno", [1024, 1024], (0, 999), (1024, 1123), None),
    ("darcy", "lno", [1024, 1024], (0, 1023), (1024, 2047), None),
    ("darcy", "mgno", [1024, 1024], (0, 999), (1024, 1123), (1124, 1223)),
    ("darcy-rough", "mgno", [1392, 112], (0, 1279), (1392, 1503), (1280, 1391)),
    ("airfoil", "lsm", [2490], (0, 999), (1000, 1199), None),
    ("airfoil", "lno", [2490], (0, 999), (2290, 2489), None),
    ("pipe", "lsm", [2310], (0, 999), (1000, 1199), None),
    ("pipe", "mgno", [2310], (0, 999), (1000, 1199), None),
    ("burgers", "fno", [2048], (0, 999), (1948, 2047), None),
    ("helmholtz", "mgno", [40000], (0, 3999), (8000, 8199), (8200, 8399)),
    ("pdebench", "pdebench", [10000], (1000, 9999), (0, 999), None),
    ("pdebench", "nsl", [10000], (0, 8999), (9000, 9999), None),
    ("pdebench-groups", "pdebench", [1000], (0, 899), (900, 999), None),
]


@pytest.mark.parametrize(("kind", "name", "counts", "train", "test", "val"), SPLITS, ids=str)
def test_samples(kind: str, name: str, counts: list[int], train: object, test: object, val: object) -> None:
    found = protocol_of(kind, name).split(counts)
    ends = {part: (int(samples[0]), int(samples[-1])) for part, samples in found.items()}
    assert ends == {part: one for part, one in (("train", train), ("test", test), ("val", val)) if one is not None}
    assert all(np.all(np.diff(samples) == 1) for samples in found.values())


@pytest.mark.parametrize(("kind", "name", "counts"), [
    ("elasticity", "lsm", [1100]), ("airfoil", "lsm", [1199]), ("darcy", "lsm", [1024]), ("darcy", "lsm", [1024, 100]),
    ("burgers", "fno", [90]), ("darcy", "lno", [1000, 1024]),
])
def test_too_few_samples(kind: str, name: str, counts: list[int]) -> None:
    with pytest.raises(InputError, match="takes"):
        protocol_of(kind, name).split(counts)


def test_every_protocol_tells_its_trap_and_all_parts_of_a_share_meet() -> None:
    for table in PROTOCOLS.values():
        for one in table.values():
            assert len(one.trap) > 4
            assert one.told()
    for count in (10, 19, 101):
        parts = protocol_of("pdebench", "nsl").split([count])
        assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(count))
    assert Take(-2, None).samples([5]).tolist() == [3, 4]


def test_unknown_protocols(tmp_path: Path) -> None:
    airfoil(tmp_path)
    with pytest.raises(InputError, match="'fno' is given for airfoil; it has lsm, nsl, lno; 'fno' exists for darcy"):
        open_dataset(tmp_path, "fno")
    with pytest.raises(InputError, match="did you mean 'lsm'"):
        open_dataset(tmp_path, "lsn")


def test_target_and_split_of_airfoil(tmp_path: Path) -> None:
    given = airfoil(tmp_path, count=1210)
    with open_dataset(tmp_path, "lsm") as lsm, open_dataset(tmp_path, "lno") as lno:
        assert list(lsm.outputs) == ["mach"]
        np.testing.assert_array_equal(lsm.outputs["mach"][lsm.indices("test")], given.outputs["mach"][1000:1200])
        np.testing.assert_array_equal(lno.outputs["mach"][lno.indices("test")], given.outputs["mach"][-200:])
        assert lsm.protocol == (
            "lsm airfoil: train samples [:1000], test samples [1000:1200], of mach; "
            "not the last 200 of the whole file, as lno takes"
        )
        assert lsm.attributes["protocol"]["parts"] == {"train": "samples [:1000]", "test": "samples [1000:1200]"}


def test_crop_of_pipe(tmp_path: Path) -> None:
    given = pipe(tmp_path, (1200, 129, 4))
    with open_dataset(tmp_path, "mgno") as data:
        np.testing.assert_array_equal(data.inputs["x"][3], given.inputs["x"][3, :128])
        np.testing.assert_array_equal(data.outputs["velocity_x"][3], given.outputs["velocity_x"][3, :128])


def test_frames_of_navier_stokes(tmp_path: Path) -> None:
    u = values(1200, 3, 4, 22)
    mat73(tmp_path / "ns.mat", {"u": u})
    for name, given, end in (("fno", 10, 22), ("lsm", 10, 20), ("mgno", 1, 11), (None, 10, 22)):
        with open_dataset(tmp_path / "ns.mat", name) as data:
            assert data.inputs["vorticity"].shape == (1200, given, 3, 4)
            np.testing.assert_array_equal(data.outputs["solution"][-1], np.moveaxis(u[-1, ..., given:end], -1, 0))
    mat73(tmp_path / "short.mat", {"u": u[..., :11]})
    with pytest.raises(InputError, match="number of frames is 11; expected 20 or more"):
        open_dataset(tmp_path / "short.mat", "lsm")
    with open_dataset(tmp_path / "short.mat") as data:
        assert data.outputs["solution"].shape == (1200, 1, 3, 4)


def test_points_of_burgers(tmp_path: Path) -> None:
    a, u = values(1100, 32), values(1100, 32, seed=1)
    mat5(tmp_path / "burgers_data_R10.mat", {"a": a, "u": u})
    with open_dataset(tmp_path / "burgers_data_R10.mat", "fno") as data:
        np.testing.assert_array_equal(data.outputs["solution"][data.indices("test")], u[-100:, ::8])
        assert data.grid is not None
        assert (data.grid.shape, data.grid.spacing) == ((4,), (0.25,))


def test_shallow_water_is_split_like_arrays(tmp_path: Path) -> None:
    path = pdebench_groups(tmp_path, count=20).paths[0]
    with open_dataset(path, "pdebench") as data:
        assert data.indices("test").tolist() == [18, 19]
    with open_dataset(path.rename(tmp_path / "2D_rdb_NA_NA.h5"), "pdebench") as data:
        assert data.indices("test").tolist() == [0, 1]


def test_the_well_keeps_its_folders(tmp_path: Path) -> None:
    with open_dataset(well(tmp_path).paths, "well") as data:
        assert {part: len(samples) for part, samples in data.split.items()} == {"train": 3, "val": 1, "test": 2}
        assert data.protocol.startswith("well the-well: parts as in the files")


def test_every_protocol_is_documented() -> None:
    page = " ".join((Path(__file__).parents[2] / "docs" / "data_formats.rst").read_text().split())
    for kind, table in PROTOCOLS.items():
        for name, one in table.items():
            assert f"``{name}`` of ``{kind}`` {one.told()}; {one.trap}. " in page
