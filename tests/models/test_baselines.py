"""FNO and U-Net: any size, symmetries, the definition of their layers by a second route, saved and loaded."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from sciml._errors import InputError
from sciml.models import FNO, MODELS, Pretrained, UNet, load_model, model_class
from sciml.models._padding import pad, side_kinds
from sciml.models.fno import SpectralConvolution

SIZES = {1: [(1,), (2,), (5,), (16,)], 2: [(5, 16), (16, 16), (17, 9), (2, 3)], 3: [(4, 5, 6)]}


def fno(ndim: int, **more: object) -> FNO:
    torch.manual_seed(ndim)
    return FNO([6] * ndim, 2, 3, hidden_channels=4, n_layers=2, **more)  # type: ignore[arg-type]


def unet(ndim: int, **more: object) -> UNet:
    torch.manual_seed(ndim)
    return UNet(2, 3, hidden_channels=4, n_layers=2, ndim=ndim, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("build", [fno, unet])
@pytest.mark.parametrize(("ndim", "size"), [(ndim, size) for ndim, sizes in SIZES.items() for size in sizes])
def test_output_has_the_size_of_the_input_and_every_weight_matters(build, ndim: int, size: tuple[int, ...]) -> None:
    model = build(ndim)
    y = model(torch.randn(2, 2, *size))
    assert y.shape == (2, 3, *size)
    y.square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())


@pytest.mark.parametrize("n", [4, 7, 8, 16])
def test_spectral_layer_is_a_circulant_matrix(n: int) -> None:
    """With one channel and all modes kept the layer is a real circular convolution."""
    torch.manual_seed(n)
    layer = SpectralConvolution(1, (2 * n,)).double()
    unit = torch.zeros(1, 1, n, dtype=torch.float64)
    unit[..., 0] = 1
    x = torch.randn(1, 1, n, dtype=torch.float64)
    kernel = layer(unit)[0, 0]
    i = torch.arange(n)
    circulant = kernel[(i[:, None] - i) % n]
    torch.testing.assert_close(layer(x)[0, 0], circulant @ x[0, 0], rtol=1e-12, atol=1e-12)


def test_spectral_layer_multiplies_one_mode_by_its_matrix() -> None:
    """exp(i (k x + l y)) of both signs against the weights where they are said to be."""
    torch.manual_seed(0)
    layer = SpectralConvolution(2, (6, 6)).double()
    W = torch.view_as_complex(layer.weight.detach())
    a = torch.arange(16, dtype=torch.float64) * 2 * torch.pi / 16
    for k, m in [(0, 1), (2, 1), (-1, 2), (-3, 3)]:
        wave = torch.exp(1j * (k * a[:, None] + m * a))
        x = torch.stack((wave.real, wave.imag))[None]
        amplitudes = torch.tensor([1.0, -1j], dtype=torch.complex128) @ W[:, :, k % 6, m]
        expected = (amplitudes[:, None, None] * wave).real
        torch.testing.assert_close(layer(x)[0], expected, rtol=1e-10, atol=1e-12)
    for k, m in [(3, 1), (-4, 1), (0, 4)]:  # not kept
        x = torch.cos(k * a[:, None] + m * a).expand(1, 2, 16, 16)
        assert layer(x).abs().max() < 1e-12


def test_fno_sees_the_same_function_on_every_grid() -> None:
    """A band-limited input gives the same values on shared points; GELU is left out, which makes new modes."""
    model = fno(1, positional_embedding=None).double()
    layer = model.spectral[0]
    a = torch.arange(32, dtype=torch.float64) * 2 * torch.pi / 32
    x = torch.stack([torch.sin(2 * a) + 1, torch.cos(a), torch.sin(a), torch.cos(2 * a)])[None]
    torch.testing.assert_close(layer(x)[..., ::2], layer(x[..., ::2]), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("build", "shift"), [(lambda: fno(2, positional_embedding=None), 1),
                                              (lambda: unet(2, boundary="periodic"), 4)])
def test_periodic_models_commute_with_shifts(build, shift: int) -> None:
    model = build().double()
    x = torch.randn(1, 2, 16, 16, dtype=torch.float64)
    moved = model(x.roll((shift, 2 * shift), (2, 3)))
    assert (moved - model(x).roll((shift, 2 * shift), (2, 3))).abs().max() < 1e-12


def test_zero_padding_of_the_domain_breaks_periodicity() -> None:
    model = fno(2, positional_embedding=None, domain_padding=0.25).double()
    x = torch.randn(1, 2, 8, 8, dtype=torch.float64)
    assert (model(x.roll(1, 2)) - model(x).roll(1, 2)).abs().max() > 1e-3


@pytest.mark.parametrize(("kind", "location", "mode"), [
    ("dirichlet", "cell", "constant"), ("neumann", "cell", "replicate"), ("neumann", "node", "reflect"),
    ("periodic", "cell", "circular"), ("periodic", "node", "circular"),
])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_padding_is_that_of_torch_where_torch_has_it(kind: str, location, mode: str, ndim: int) -> None:
    x = torch.randn(2, 3, *(4, 3, 5)[:ndim])
    assert torch.equal(pad(x, side_kinds(kind, ndim), location), torch.nn.functional.pad(x, (1, 1) * ndim, mode))


def test_padding_by_side() -> None:
    kinds = side_kinds({"x": "periodic", "y+": "neumann"}, 2)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])[None, None]
    assert pad(x, kinds, "cell")[0, 0].tolist() == [[0, 3, 4, 4], [0, 1, 2, 2], [0, 3, 4, 4], [0, 1, 2, 2]]


@pytest.mark.parametrize(("boundary", "text"), [
    ("robin", "cannot be honoured"), ({"x-": "periodic"}, "one side only"), ({"z": "neumann"}, "side 'z'"),
    ("neuman", "did you mean 'neumann'"),
])
def test_boundary_conditions_that_cannot_be_honoured_are_refused(boundary, text: str) -> None:
    with pytest.raises(InputError, match=text):
        UNet(1, 1, boundary=boundary)


@pytest.mark.parametrize(("build", "text"), [
    (lambda: FNO((), 1, 1), "n_modes"), (lambda: FNO((0,), 1, 1), "n_modes"), (lambda: FNO((4,), 0, 1), "in_channels"),
    (lambda: FNO((4,), 1, 1, positional_embedding="sin"), "positional"),  # type: ignore[arg-type]
    (lambda: FNO((4,), 1, 1, domain_padding=2.0), "domain_padding"), (lambda: UNet(1, 1, ndim=4), "ndim"),
    (lambda: UNet(1, 1, n_layers=0), "n_layers"), (lambda: model_class("fn0"), "did you mean 'fno'"),
])
def test_arguments_out_of_range_are_refused(build, text: str) -> None:
    with pytest.raises(InputError, match=text):
        build()


@pytest.mark.parametrize("build", [lambda: fno(2), lambda: unet(2, boundary={"x": "periodic"}, location="node")])
def test_saved_and_loaded_models_agree(build, tmp_path: Path) -> None:
    model: Pretrained = build()
    model.save_pretrained(tmp_path)
    again = load_model(tmp_path)
    x: Tensor = torch.randn(1, 2, 9, 8)
    assert type(again) is type(model)
    assert again.config == model.config
    assert torch.equal(model(x), again(x))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]


def test_folders_without_this_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no saved model"):
        load_model(tmp_path)
    fno(1).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="of the model FNO; expected UNet"):
        UNet.from_pretrained(tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:100])
    with pytest.raises(InputError, match="no complete FNO"):
        load_model(tmp_path)
    unet(1).save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(whole)
    with pytest.raises(InputError, match="no complete UNet"):
        load_model(tmp_path)
    config = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace('"format": 1', '"format": 2'))
    with pytest.raises(InputError, match="version 2"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text(config.replace("UNet", "ResNet"))
    with pytest.raises(InputError, match="ResNet"):
        load_model(tmp_path)


def test_names_of_models_lead_to_their_classes() -> None:
    for name in MODELS:
        assert issubclass(model_class(name), Pretrained)


@pytest.mark.parametrize(("build", "count"), [
    # 2 lifting layers of 3*8+8, 8*4+4; 2 spectral 4*4*6*4*2; 2 skips 4*4+4; projection 4*8+8, 8*3+3
    (lambda: FNO((6, 6), 1, 3, hidden_channels=4, n_layers=2), 32 + 36 + 2 * 768 + 2 * 20 + 40 + 27),
    # n -> 2 -> 4 channels with 3 weights each, two norms a block
    (lambda: UNet(1, 1, hidden_channels=2, n_layers=1, ndim=1),
     (1 * 2 * 3 + 2) + (2 * 2 * 3 + 2) + 8 + (2 * 2 * 3 + 2) + (2 * 4 * 3 + 4) + (4 * 4 * 3 + 4) + 16
     + (6 * 2 * 3 + 2) + (2 * 2 * 3 + 2) + 8 + (2 + 1)),
])
def test_parameters_are_counted_by_hand(build, count: int) -> None:
    assert sum(p.numel() for p in build().parameters()) == count
