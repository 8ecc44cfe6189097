"""The folder keeps what it is given, under keys that nobody chose."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.files.storage import Folder
from cases.refusals import NotFound


def test_what_is_kept_is_given_back(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.content(folder.keep(b"bild")) == b"bild"


def test_two_files_never_share_a_key(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.keep(b"bild") != folder.keep(b"bild")


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 63, "A" * 64, "a" * 300, "\0" * 64, "", "a" * 64 + "\n"])
def test_a_path_is_made_of_a_key_alone(tmp_path: Path, key: str) -> None:
    folder = Folder(tmp_path)
    for act in (folder.content, folder.remove):
        with pytest.raises(NotFound):
            act(key)


def test_what_is_removed_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    key = folder.keep(b"bild")
    folder.remove(key)
    folder.remove(key)
    with pytest.raises(NotFound):
        folder.content(key)


def test_half_written_files_are_not_listed(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    key = folder.keep(b"bild")
    (tmp_path / key[:2] / f"{key}.part").write_bytes(b"halv")
    assert list(folder.kept_before(datetime.now(UTC) + timedelta(minutes=1))) == [key]
    assert list(folder.kept_before(datetime.now(UTC) - timedelta(minutes=1))) == []
