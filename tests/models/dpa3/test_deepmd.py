"""Checkpoints of deepmd-kit: the energies, forces and virials that it found itself, and files that go there and back.

``deepmd_reference.json`` holds, for networks that deepmd-kit 3.2.0 built from these choices, the shapes of all their
weights and what it computed with weights that a formula gives.
"""

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from potentials import SMALL, potential
from torch import Tensor

from sciml._errors import InputError
from sciml.mesh import Structure
from sciml.models import DPA3

CASES = json.loads((Path(__file__).parent / "deepmd_reference.json").read_text())
BRANCH = "model.{}.atomic_model."


def value(key: str, shape: list[int], number: int) -> Tensor:
    wave = torch.sin(0.7 * torch.arange(math.prod(shape), dtype=torch.float64) + 1.3 * number + 0.2).reshape(shape)
    kind = key.rpartition(".")[2]
    if kind == "matrix":
        return 2.5 * wave / math.sqrt(sum(shape))
    if "_residual." in key or kind == "idt":
        return 0.5 + 0.3 * wave
    if kind in ("bias", "out_bias", "bias_atom_e", "fparam_avg", "aparam_avg"):
        return 0.3 * wave
    constants = {"mean": torch.zeros(shape), "stddev": torch.full(shape, 0.3), "out_std": torch.ones(shape)}
    return constants[kind].double() if kind in constants else 2 + wave


def weights(case: dict[str, Any]) -> dict[str, Tensor]:
    """Under both names, where deepmd-kit has two."""
    single = case["model_params"]["descriptor"]["precision"] == "float32"
    found = {}
    for number, (key, shape) in enumerate(case["shapes"].items()):
        doubled = key in ("out_bias", "out_std", "fitting_net.bias_atom_e")
        found[key] = value(key, shape, number).to(torch.float32 if single and not doubled else torch.float64)
        found[key.replace(".networks.", "._networks.")] = found[key]
    return found


def write(path: Path, branches: dict[str, dict[str, Tensor]], params: dict[str, Any]) -> Path:
    state: dict[str, Any] = {"_extra_state": {"model_params": params, "train_infos": {}}}
    for branch, found in branches.items():
        state |= {BRANCH.format(branch) + key: tensor for key, tensor in found.items()}
    torch.save({"model": state}, path)
    return path


def plain(tmp_path: Path, **changes: Any) -> Path:
    """The first case with other model parameters."""
    params = copy.deepcopy(CASES[0]["model_params"])
    for key, change in changes.items():
        params[key] = {**params[key], **change} if isinstance(change, dict) else change
    return write(tmp_path / "model.pt", {"Default": weights(CASES[0])}, params)


def structures(model: DPA3) -> list[Structure]:
    def values(n: int) -> dict[str, Any]:
        frame = [0.7, 0.1] if model.settings.frame_values else None
        atoms = np.linspace(-1, 1, n)[:, None] if model.settings.atom_values else None
        return dict(frame_values=frame, atom_values=atoms)

    molecule = [[0, 0, 0], [0.96, 0.05, 0], [-0.24, 0.93, 0.1], [1.4, 1.5, 1.0]]
    crystal = [[0.1, 0.2, 0.3], [1.6, 1.7, 1.4], [2.9, 0.3, 2.2]]
    cell = [[4.1, 0.2, 0], [0.1, 3.9, 0.3], [0, -0.2, 4.0]]
    return [Structure("OHHC", molecule, **values(4)), Structure("HOC", crystal, cell, **values(3))]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_checkpoint_gives_what_deepmd_kit_found(case: dict[str, Any], tmp_path: Path) -> None:
    model = DPA3.from_deepmd(write(tmp_path / "model.pt", {"Default": weights(case)}, case["model_params"]))
    single = model.dtype == torch.float32
    for _ in range(2):
        for found, expected in zip(model.evaluate(structures(model)), case["results"], strict=True):
            assert found["energy"] == pytest.approx(expected["energy"], abs=2e-6 if single else 1e-12)
            for name in ("forces", "virial"):
                np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=2e-6 if single else 1e-12)
        model.to_deepmd(tmp_path / "back.pt")
        model = DPA3.from_deepmd(tmp_path / "back.pt")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_written_checkpoint_has_the_weights_and_shapes_of_deepmd_kit(case: dict[str, Any], tmp_path: Path) -> None:
    given = weights(case)
    model = DPA3.from_deepmd(write(tmp_path / "model.pt", {"Default": given}, case["model_params"]))
    model.to_deepmd(tmp_path / "back.pt")
    state = torch.load(tmp_path / "back.pt", weights_only=True)["model"]
    found = {key.removeprefix(BRANCH.format("Default")): value for key, value in state.items()}
    there = {"_extra_state", "model.Default.min_nbor_dist", "fitting_net.default_fparam_tensor"}
    assert found.keys() - there == given.keys()
    summed = given["out_bias"][0] + given["fitting_net.bias_atom_e"]
    torch.testing.assert_close(found["out_bias"][0], summed, rtol=0, atol=0)
    for key in given.keys() - {"out_bias", "fitting_net.bias_atom_e"}:
        assert given[key].dtype == found[key].dtype, key
        if not key.endswith((".mean", ".stddev")):  # constants, with a row for each slot
            assert torch.equal(given[key], found[key]), key


def test_norms_of_our_own_reach_deepmd_kit_with_enough_slots(tmp_path: Path) -> None:
    for edge_norm, angle_norm in ((8.0, 6.0), (7.25, 5.5), (120.0, 30.0), (7.3, 1.25)):
        model = DPA3(["H"], **{**SMALL, "edge_norm": edge_norm, "angle_norm": angle_norm})
        model.to_deepmd(tmp_path / "model.pt")
        back = DPA3.from_deepmd(tmp_path / "model.pt").settings
        assert (back.edge_norm, back.angle_norm) == pytest.approx((edge_norm, angle_norm), rel=1e-15)
        state = torch.load(tmp_path / "model.pt", weights_only=True)["model"]["_extra_state"]
        assert state["model_params"]["descriptor"]["repflow"]["e_sel"] >= 1200
    with pytest.raises(InputError, match="at most three decimals"):
        potential(edge_norm=math.pi).to_deepmd(tmp_path / "model.pt")
    with pytest.raises(InputError, match="takes max_edges 9"):
        potential(max_edges=9, max_angle_edges=5).to_deepmd(tmp_path / "model.pt")


def test_heads_that_share_a_network_become_data_sets(tmp_path: Path) -> None:
    """Widths of the fitting network grow by the number of data sets."""
    params = copy.deepcopy(CASES[0]["model_params"])
    params["fitting_net"]["dim_case_embd"] = 3
    shapes = {**CASES[0]["shapes"], "fitting_net.filter_layers.networks.0.layers.0.matrix": [8, 6]}
    branches = {}
    for row, name in ((2, "first"), (0, "second")):
        found = weights({"model_params": params, "shapes": shapes})
        found["fitting_net.case_embd"] = torch.eye(3, dtype=torch.float64)[row]
        found["out_bias"] = found["out_bias"] + row
        branches[name] = found
    path = write(tmp_path / "model.pt", branches, {"model_dict": dict.fromkeys(branches, params)})
    first, second = (DPA3.from_deepmd(path, head=name) for name in branches)
    assert (first.settings.default_data_set, second.settings.default_data_set) == (2, 0)
    torch.testing.assert_close(first.energy_bias, second.energy_bias, rtol=0, atol=0)
    given = structures(first)
    one, other = first.batch(given, data_sets=[0, 0]), second.batch(given)
    torch.testing.assert_close(first(one), second(other), rtol=0, atol=0)
    assert not torch.equal(first(first.batch(given)), second(other))
    first.to_deepmd(tmp_path / "back.pt")
    again = DPA3.from_deepmd(tmp_path / "back.pt")
    torch.testing.assert_close(again(again.batch(given)), first(first.batch(given)), rtol=0, atol=0)
    for head, words in ((None, "none was chosen"), ("frst", "did you mean 'first'")):
        with pytest.raises(InputError, match=words):
            DPA3.from_deepmd(path, head=head)


DESCRIPTOR, REPFLOW = CASES[0]["model_params"]["descriptor"], CASES[0]["model_params"]["descriptor"]["repflow"]


@pytest.mark.parametrize(("changes", "words"), [
    ({"descriptor": {"type": "se_e2_a"}}, "descriptor 'se_e2_a'"),
    ({"fitting_net": {"type": "dipole"}}, "fits 'dipole'"),
    ({"descriptor": {"use_econf_tebd": True}}, "use_econf_tebd = True"),
    ({"descriptor": {"repflow": {**REPFLOW, "update_style": "res_layer"}}}, "update_style = res_layer"),
    ({"descriptor": {"repflow": {**REPFLOW, "new": 1}}}, r"repflow = \['new'\]"),
    ({"descriptor": {"repflow": {**REPFLOW, "fix_stat_std": 0.4}}}, "stddev is not 0.4"),
    ({"descriptor": {"repflow": {**REPFLOW, "nlayers": 1}}}, "weights that this model has no place for"),
    ({"descriptor": {"repflow": {**REPFLOW, "nlayers": 3}}}, "layers.2.node_self_mlp.matrix is missing"),
    ({"descriptor": {"repflow": {**REPFLOW, "n_dim": 7}}}, r"expected shape \(3, 7\)"),
    ({"descriptor": {"activation_function": "swish"}}, "activation 'swish'"),
])
def test_what_is_not_supported_is_named(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words) as caught:
        DPA3.from_deepmd(plain(tmp_path, **changes))
    assert "\n" not in str(caught.value)


def test_other_files_are_refused_and_run_no_code(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    for found in (b"", b"no archive", b"PK\x03\x04 cut"):
        path.write_bytes(found)
        with pytest.raises(InputError, match="no checkpoint of deepmd-kit"):
            DPA3.from_deepmd(path)
    torch.save({"model": Path}, path)
    with pytest.raises(InputError, match="no checkpoint of deepmd-kit"):
        DPA3.from_deepmd(path)
    with pytest.raises(InputError, match="no checkpoint of deepmd-kit"):
        DPA3.from_deepmd(tmp_path / "missing.pt")
    with pytest.raises(InputError, match="has one head only"):
        DPA3.from_deepmd(plain(tmp_path), head="a")
