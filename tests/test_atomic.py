"""Files appear complete or not at all."""

import os
from pathlib import Path

import pytest

from sciml._atomic import replacing


def test_both_appear_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.npy"
    with replacing(one, two) as (first, second):
        assert first.suffix == ".txt"
        assert second.parent == tmp_path
        first.write_text("1")
        second.write_text("2")
        assert not one.exists()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one.txt": "1", "two.npy": "2"}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_changes_on_an_exception(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "one").write_text("old")
    with pytest.raises(error), replacing(tmp_path / "one", tmp_path / "two") as (first, _):
        raise error(first.write_text("new"))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one": "old"}


def test_a_full_disk_noticed_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "one").write_text("old")
    with pytest.raises(OSError, match="No space left"), replacing(tmp_path / "one") as (partial,):
        partial.write_text("new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one": "old"}


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "link") as (partial,):
        partial.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
