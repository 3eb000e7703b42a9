"""The files in a source, an archive or a folder, none of which is trusted, and what is refused.

Nothing is ever unpacked by its own path: an entry is read into memory, and what becomes of it is
decided elsewhere. A path that leads out of its archive is refused all the same: no honest archive
has one.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType

from grader.submission.parse import MAX_FILE_BYTES, UnreadableError, read_file

MAX_ENTRIES = 20_000  # in an archive
MAX_FILES = 500_000  # in a folder
MAX_NESTED_ENTRIES = 1_000  # in an archive that a student handed in
MAX_TOTAL_BYTES = 20_000_000_000  # unpacked, of a source
MAX_NESTED_TOTAL_BYTES = 500_000_000
MAX_DIRECTORY_BYTES = 8_000_000  # of an archive's directory, which zipfile keeps in memory
MAX_RATIO = 200  # of an entry's size to its packed size; notebooks reach 20
MIN_BYTES_OF_RATIO = 1_000_000
MAX_DEPTH = 30
UTF_8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
UNIX = 3
READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
EXTENDED_TIME = 0x5455
END_RECORD, END_RECORD_64, END_LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
FULL = 2**32 - 1  # the length is in the record of ZIP64
END_BYTES = 66_000  # the end record with the longest comment, and that of ZIP64 before it
# What zipfile raises; NotImplementedError is a RuntimeError.
DAMAGED: tuple[type[Exception], ...]
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError)
DAMAGED += (OSError, ValueError, OverflowError)
IGNORED = {"__MACOSX", "Thumbs.db", "desktop.ini"}


class RefusedError(Exception):
    """Something in a source is not used; the text says why."""


@dataclass(frozen=True)
class Entry:
    """One file of a source.

    Attributes
    ----------
    path : tuple of str
        Where it is in the source.
    time : datetime or None
        The time that the source has for it, in UTC.
    read : callable
        Returns its content, or raises `RefusedError`.
    """

    path: tuple[str, ...]
    time: datetime | None
    read: Callable[[], bytes]

    @property
    def name(self) -> str:
        """Its path with slashes."""
        return "/".join(self.path)

    @property
    def kind(self) -> str:
        """Its suffix in lower case."""
        return os.path.splitext(self.path[-1])[1].lower()


class Source:
    """The files of an archive or a folder, for use in a ``with`` statement.

    Parameters
    ----------
    origin : Path or bytes
        A folder, an archive, a single notebook, or the content of an archive that is itself an
        entry of a source.
    leave_out : Path, optional
        A folder that is not looked into.

    Attributes
    ----------
    entries : list of Entry
        The files, without what editors and operating systems leave behind.
    refused : list of tuple of str
        The path of each entry that is refused, and the reason.

    Raises
    ------
    RefusedError
        If it cannot be read at all.
    """

    def __init__(self, origin: Path | bytes, leave_out: Path | None = None):
        self.entries: list[Entry] = []
        self.refused: list[tuple[str, str]] = []
        with ExitStack() as stack:
            for entry in self._find(origin, leave_out, stack):
                if not isinstance(entry, Entry):
                    self.refused.append(entry)
                elif not any(map(_is_ignored, entry.path)):
                    self.entries.append(entry)
            self._open = stack.pop_all()
        self._refuse_clashes()

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @staticmethod
    def _find(
        origin: Path | bytes, leave_out: Path | None, stack: ExitStack
    ) -> Iterator[Entry | tuple[str, str]]:
        """Return the files of a source; an archive stays open as long as the stack."""
        if isinstance(origin, bytes):
            return _in_archive(io.BytesIO(origin), len(origin), stack, nested=True)
        if origin.is_dir():
            return _in_folder(origin, leave_out)
        if origin.suffix.lower() == ".ipynb":
            return iter([_file_entry(origin, (origin.name,))])
        try:
            file = stack.enter_context(origin.open("rb"))
        except OSError as error:
            raise RefusedError(f"it cannot be read: {error.strerror}") from error
        return _in_archive(file, origin.stat().st_size, stack, nested=False)

    def _refuse_clashes(self) -> None:
        """Refuse files whose paths are the same but for upper and lower case or normal form."""
        count = Counter(folded(entry.name) for entry in self.entries)
        clashing = [entry for entry in self.entries if count[folded(entry.name)] > 1]
        self.entries = [entry for entry in self.entries if count[folded(entry.name)] == 1]
        self.refused += [
            (entry.name, "another file has this path, but for upper and lower case")
            for entry in clashing
        ]


def folded(name: str) -> str:
    """Return a name as a file system that ignores case and normal form compares it."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_ignored(name: str) -> bool:
    """Tell whether an editor or an operating system left a file or folder of this name."""
    hidden = name.startswith(".") and "_assignsubmission_" not in name
    return hidden or name in IGNORED


def _is_wanted(name: str) -> bool:
    """Tell whether a file is ever read."""
    return name.lower().endswith((".ipynb", ".zip", "timestamp.txt"))


def _check_directory(file: io.BufferedReader | io.BytesIO, size: int) -> None:
    """Refuse an archive whose directory of entries is too large to be kept in memory.

    zipfile finds the record of its length in the same way, and then reads all of it.
    """
    start = max(0, size - END_BYTES)
    end = _read_at(file, start, END_BYTES)
    no_comment = end[-22:-18] == END_RECORD and end[-2:] == b"\0\0"
    record = len(end) - 22 if no_comment else end.rfind(END_RECORD)
    lengths = [_number(end, record + 12, "<L")] if record >= 0 else []
    if record >= 20 and end[record - 20 :].startswith(END_LOCATOR_64):
        stated = min(_number(end, record - 12, "<Q"), size)
        for place in (start + record - 76, stated):
            found = _read_at(file, max(0, place), 56)
            lengths += [_number(found, 40, "<Q")] if found.startswith(END_RECORD_64) else []
    if any(MAX_DIRECTORY_BYTES < length != FULL for length in lengths):
        raise RefusedError("its directory of files is too large, or damaged")


def _read_at(file: io.BufferedReader | io.BytesIO, place: int, count: int) -> bytes:
    """Return some bytes of a file, and go back to its beginning."""
    file.seek(place)
    content = file.read(count)
    file.seek(0)
    return content


def _number(content: bytes, place: int, form: str) -> int:
    """Return a number in a record; 0 if the record breaks off."""
    field = content[place : place + struct.calcsize(form)]
    return int(struct.unpack(form, field)[0]) if len(field) == struct.calcsize(form) else 0


def _in_archive(
    file: io.BufferedReader | io.BytesIO, size: int, stack: ExitStack, *, nested: bool
) -> Iterator[Entry | tuple[str, str]]:
    """Yield the files of an archive; instead of one that is refused, its name and the reason."""
    _check_directory(file, size)
    try:
        archive = stack.enter_context(zipfile.ZipFile(file))
    except DAMAGED as error:
        raise RefusedError(f"not a ZIP archive, or a damaged one ({error})") from error
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    _check_amount(infos, nested)
    for info in infos:
        name = info.filename
        try:
            name = _name_of(info)
            path = _parts(name)
            _check_kind(info)
        except RefusedError as error:
            yield name, str(error)
            continue
        yield Entry(path, _time_of(info), partial(_read_entry, archive, info))


def _check_amount(infos: list[zipfile.ZipInfo], nested: bool) -> None:
    """Refuse an archive with too many files, or that states too many bytes."""
    most = MAX_NESTED_ENTRIES if nested else MAX_ENTRIES
    if len(infos) > most:
        raise RefusedError(f"it has {len(infos):,} files; {most:,} are read")
    total = sum(info.file_size for info in infos if _is_wanted(info.filename))
    largest = MAX_NESTED_TOTAL_BYTES if nested else MAX_TOTAL_BYTES
    if total > largest:
        raise RefusedError(
            f"unpacked it would have {total / 1e6:,.0f} MB; {largest / 1e6:,.0f} MB are read"
        )


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; UTF-8 is also read where the archive does not say that it is that."""
    if info.flag_bits & UTF_8_FLAG or info.orig_filename.isascii():
        return info.orig_filename
    if info.filename != info.orig_filename:
        return info.filename  # from the field with a Unicode name that some archivers add
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        raise RefusedError("its name is not UTF-8: pack the folder again") from None


def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a path in an archive.

    Raises
    ------
    RefusedError
        If it leads out of the archive, or cannot be a path.
    """
    if re.search(r"[\x00-\x1f\x7f]", name):
        raise RefusedError("its name has control characters")
    name = name.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise RefusedError("its path is absolute")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise RefusedError("its path leads out of the archive")
    if not parts or len(parts) > MAX_DEPTH:
        raise RefusedError("its path is empty, or too deep")
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def _check_kind(info: zipfile.ZipInfo) -> None:
    """Check that an entry is a file that can be read, of a size that can be true.

    Raises
    ------
    RefusedError
        If it is not.
    """
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == UNIX else 0
    if kind not in (0, stat.S_IFREG):
        what = "a link" if stat.S_ISLNK(kind) else "a device or a pipe"
        raise RefusedError(f"it is {what} and not the file itself")
    if not _is_wanted(info.filename):
        return
    if info.flag_bits & ENCRYPTED_FLAG:
        raise RefusedError("it is encrypted")
    if info.compress_type not in READABLE_METHODS:
        raise RefusedError("it is packed by a method that is not read: pack it as an ordinary ZIP")
    if info.file_size > MAX_FILE_BYTES:
        raise RefusedError(f"unpacked it is larger than {MAX_FILE_BYTES / 1e6:.3g} MB")
    if info.file_size > max(MIN_BYTES_OF_RATIO, MAX_RATIO * info.compress_size):
        raise RefusedError(f"unpacked it is more than {MAX_RATIO} times as large: a ZIP bomb?")


def _read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return an entry's content; zipfile unpacks no more than the size that the entry states.

    Raises
    ------
    RefusedError
        If it is damaged, or not of that size.
    """
    try:
        with archive.open(info) as file:
            content = file.read(info.file_size + 1)
    except DAMAGED as error:
        raise RefusedError(f"the archive is damaged here ({error})") from error
    if len(content) != info.file_size:
        raise RefusedError("the archive is damaged here (the size is wrong)")
    return content


def _time_of(info: zipfile.ZipInfo) -> datetime | None:
    """Return an entry's time in UTC: the extra field of Info-ZIP, else the time of this machine.

    Without that field an archive has local time, and does not say of which place.
    """
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == EXTENDED_TIME and length >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack("<l", extra[5:9])[0], UTC)
        extra = extra[4 + length :]
    if info.date_time[0] <= 1980:
        return None
    try:
        return datetime(*info.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _in_folder(folder: Path, leave_out: Path | None) -> Iterator[Entry | tuple[str, str]]:
    """Yield the files below a folder; instead of what is refused, its path and the reason."""
    seen = 0
    unreadable: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=unreadable.append):
        inside = Path(place).relative_to(folder).parts
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        left_out = [name for name in folders if Path(place, name).resolve() == leave_out]
        hidden = filter(_is_ignored, folders)
        folders[:] = sorted(set(folders) - {*links, *left_out, *hidden})
        if len(inside) >= MAX_DEPTH and folders:
            yield "/".join(inside), "its folders are too deep"
            folders.clear()
        for name in sorted([*files, *links]):
            seen += 1
            if seen > MAX_FILES:
                raise RefusedError(f"it has more than {MAX_FILES:,} files")
            yield _entry_of(Path(place, name), (*inside, name))
    for error in unreadable:
        yield str(error.filename), f"the folder cannot be read: {error.strerror}"


def _entry_of(path: Path, parts: tuple[str, ...]) -> Entry | tuple[str, str]:
    """Return a file of a folder, or its path and why it is refused."""
    name = "/".join(parts)
    if path.is_symlink():
        return name, "it is a link and not the file itself"
    try:
        name.encode()
    except UnicodeEncodeError:
        return name, "its name is not UTF-8: rename it"
    entry = _file_entry(path, parts)
    return replace(entry, path=tuple(unicodedata.normalize("NFC", part) for part in parts))


def _file_entry(path: Path, parts: tuple[str, ...]) -> Entry:
    time = None
    with suppress(OSError, ValueError, OverflowError):  # what is gone is refused when it is read
        time = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
    return Entry(parts, time, partial(_read_path, path))


def _read_path(path: Path) -> bytes:
    try:
        return read_file(path)
    except UnreadableError as error:
        raise RefusedError(str(error)) from error
