"""Which files connectors may read, and that a file is known again when it has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import SettingError
from jobs.connectors import StaleCursor
from jobs.connectors.errors import BadSettings, NotFound, SourceUnavailable
from jobs.connectors.files.folder import FolderFile, check_path, files_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, beside which lies another."""
    (tmp_path / "outside.csv").write_text("secret")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.csv").write_text("inside")
    return folder


def content(folder: Path, path: str) -> bytes:
    with FolderFile(folder, path).open() as file:
        return file.read()


@pytest.mark.parametrize("path", ["a.csv", "./a.csv", "sub/b.csv", "sub/deep/c.csv"])
def test_inside(folder: Path, path: str) -> None:
    """A file in the folder is read, however deep it lies."""
    (folder / "sub" / "deep").mkdir(parents=True)
    for name in ("sub/b.csv", "sub/deep/c.csv"):
        (folder / name).write_text("inside")
    assert content(folder, path) == b"inside"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../outside.csv",
        "sub/../../outside.csv",
        "a/..",
        "..",
        "~/x",
        "\\x",
        "a\\..\\b",
        "C:x",
        "",
        " ",
        "a\x00b",
        "a\nb",
        "x" * 1001,
    ],
)
def test_paths_that_lead_elsewhere(path: str) -> None:
    """A path that is not plainly below the folder is refused before anything is opened."""
    with pytest.raises(ValueError, match=r"^path must "):
        check_path(path)


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/hostname", "sub/../../outside.csv"])
def test_no_way_out(folder: Path, path: str) -> None:
    """Nothing outside the folder is opened even if such a path got so far."""
    (folder / "sub").mkdir()
    with pytest.raises(BadSettings, match="leads out of the folder"):
        content(folder, path)


def test_links(folder: Path, tmp_path: Path) -> None:
    """A link is followed inside the folder and refused where it leads out, be it the file or a folder above it."""
    (folder / "good").symlink_to("a.csv")
    (folder / "bad").symlink_to(tmp_path / "outside.csv")
    (folder / "up").symlink_to(tmp_path)
    (folder / "round").symlink_to("round")
    assert content(folder, "good") == b"inside"
    for path in ("bad", "up/outside.csv", "up/files/../outside.csv"):
        with pytest.raises(BadSettings, match="leads out of the folder CONNECTOR_FILES_DIR"):
            content(folder, path)
    with pytest.raises(BadSettings, match="link"):
        content(folder, "round")


def test_a_folder_that_is_a_link(folder: Path, tmp_path: Path) -> None:
    """The operator's folder itself may be a link."""
    (tmp_path / "link").symlink_to(folder)
    assert content(tmp_path / "link", "a.csv") == b"inside"


def test_a_part_swapped_for_a_link(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that becomes a link after it was resolved is not followed."""
    (folder / "sub").mkdir()
    (folder / "sub" / "outside.csv").write_text("inside")
    resolve = Path.resolve

    def resolve_and_swap(path: Path, *, strict: bool = False) -> Path:
        resolved = resolve(path, strict=strict)
        if path.name == "outside.csv":
            (folder / "sub" / "outside.csv").unlink()
            (folder / "sub").rmdir()
            (folder / "sub").symlink_to(tmp_path)
        return resolved

    monkeypatch.setattr(Path, "resolve", resolve_and_swap)
    with pytest.raises(BadSettings, match="leads through a link"):
        content(folder, "sub/outside.csv")


def test_only_files(folder: Path) -> None:
    """A folder or a pipe is no file; opening a pipe does not wait for its writer."""
    os.mkfifo(folder / "pipe")
    (folder / "sub").mkdir()
    for path in ("pipe", "sub", "."):
        with pytest.raises(BadSettings, match=r"is not a file; settings\.path must name one"):
            content(folder, path)


@pytest.mark.parametrize("path", ["nothing.csv", "nowhere/a.csv"])
def test_missing(folder: Path, path: str) -> None:
    """A file that is not there is named without the machine's own paths."""
    with pytest.raises(NotFound, match=f"there is no file {path} in the folder CONNECTOR_FILES_DIR") as caught:
        content(folder, path)
    assert str(folder) not in str(caught.value)


def test_a_file_for_a_folder(folder: Path) -> None:
    """A path through a file says so."""
    with pytest.raises(BadSettings, match="leads through a link or a file"):
        content(folder, "a.csv/b.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden(folder: Path) -> None:
    """A file that the worker's user may not read says so."""
    (folder / "a.csv").chmod(0)
    with pytest.raises(BadSettings, match="give the worker's user the right to"):
        content(folder, "a.csv")


def test_too_large(folder: Path) -> None:
    """A file over the limit is refused before it is read."""
    with pytest.raises(BadSettings, match=r"a\.csv has 6 bytes; at most 5 are read: split it"):
        FolderFile(folder, "a.csv", largest_bytes=5).fingerprint()


def test_a_folder_that_is_away(tmp_path: Path) -> None:
    """A folder that is not mounted just now is passing trouble."""
    with pytest.raises(SourceUnavailable, match="the folder CONNECTOR_FILES_DIR cannot be read"):
        content(tmp_path / "away", "a.csv")


def test_a_changed_file(folder: Path) -> None:
    """A file that differs from when it was first opened is stale, also while it is open."""
    file = FolderFile(folder, "a.csv")
    before = file.fingerprint()
    assert FolderFile(folder, "a.csv").fingerprint() == before
    (folder / "a.csv").write_text("inside more")
    with pytest.raises(StaleCursor, match=r"a\.csv changed while it was read"), file.open():
        pytest.fail("a changed file was opened")
    assert FolderFile(folder, "a.csv").fingerprint() != before

    file = FolderFile(folder, "a.csv")
    with pytest.raises(StaleCursor), file.open():
        (folder / "a.csv").write_text("inside once more")


def test_same_size_and_time_but_other_words(folder: Path) -> None:
    """Even a file of the same size and time is another if its beginning or end differs."""
    before = FolderFile(folder, "a.csv").fingerprint()
    stamp = (folder / "a.csv").stat().st_mtime_ns
    (folder / "a.csv").write_text("INSIDE")
    os.utime(folder / "a.csv", ns=(stamp, stamp))
    assert FolderFile(folder, "a.csv").fingerprint() != before


def test_the_operators_folder(tmp_path: Path) -> None:
    """No variable opens no folder; one that names none is refused with what to do."""
    assert files_folder({}) is None
    assert files_folder({"CONNECTOR_FILES_DIR": ""}) is None
    assert files_folder({"CONNECTOR_FILES_DIR": str(tmp_path)}) == tmp_path
    with pytest.raises(SettingError, match=r"^CONNECTOR_FILES_DIR=.*x is not a folder: create it"):
        files_folder({"CONNECTOR_FILES_DIR": str(tmp_path / "x")})
