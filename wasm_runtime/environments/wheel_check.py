"""Refuse a wheel that is malformed or dangerous, before anything of it is kept.

The checks are those package indexes make since 2025 against parser differentials
(CVE-2025-54368); an index that is not PyPI may make none.
"""

import base64
import csv
import hashlib
import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from .errors import WheelRefused

MAX_UNPACKED_BYTES = 512 * 1024**2
MAX_ENTRIES = 20_000
MAX_RATIO = 100
"""Deflate reaches 1000; real wheels stay below 20 as a whole."""

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_HAS_DESCRIPTOR = 0x08
_ENCRYPTED = 0x01
_START_HOOKS = ("sitecustomize.py", "usercustomize.py")
# What zipfile raises for damage, depending on where it is; ValueError is a name that is no text.
_UNSOUND = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    ValueError,
    OSError,
)
_UNHASHED = ("RECORD", "RECORD.jws", "RECORD.p7s")


def check_wheel(path: Path, file_name: str) -> None:
    """Raises WheelRefused with the reason."""
    try:
        parse_wheel_filename(file_name)
    except InvalidWheelFilename as error:
        raise WheelRefused(file_name, "its name is not a wheel's") from error
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            _check_frame(file, archive)
            _check_names(archive)
            _check_sizes(archive, path.stat().st_size)
            _check_headers(file, archive)
            _check_record(archive, file_name)
    except _Refused as error:
        raise WheelRefused(file_name, str(error)) from error
    except _UNSOUND as error:
        raise WheelRefused(file_name, f"it is not a sound zip archive ({error})") from error


class _Refused(Exception):
    """The reason, on its way to a WheelRefused that knows the file."""


def _check_frame(file: io.BufferedReader, archive: zipfile.ZipFile) -> None:
    file.seek(-_END.size, io.SEEK_END)
    signature, *_, comment_length = _END.unpack(file.read(_END.size))
    # Readers differ in which table they believe when there is more than one, or data around it.
    if signature != b"PK\x05\x06" or comment_length:
        raise _Refused("data follows its table of contents")
    if archive.filelist and min(entry.header_offset for entry in archive.filelist) != 0:
        raise _Refused("data comes before its first entry")


def _check_names(archive: zipfile.ZipFile) -> None:
    seen: set[str] = set()
    for entry in archive.filelist:
        name = entry.orig_filename  # zipfile cuts `filename` at a NUL
        parts = name.removesuffix("/").split("/")
        bad_part = any(part in ("", ".", "..") for part in parts)
        if bad_part or set(name) & set('\\\0:<>|*?"') or not name.isprintable():
            raise _Refused(f"it has an entry named {name!r}")
        if name.casefold() in seen:
            raise _Refused(f"it has {name!r} twice, or differing only in case")
        seen.add(name.casefold())
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _Refused(f"{name!r} is a symbolic link")
        if len(parts) == 1 and (name.endswith(".pth") or name in _START_HOOKS):
            raise _Refused(f"{name!r} would run code at every start")


def _check_sizes(archive: zipfile.ZipFile, packed: int) -> None:
    if len(archive.filelist) > MAX_ENTRIES:
        raise _Refused(f"it has {len(archive.filelist)} entries, more than {MAX_ENTRIES}")
    unpacked = sum(entry.file_size for entry in archive.filelist)
    if unpacked > MAX_UNPACKED_BYTES:
        raise _Refused(f"it unpacks to {unpacked} bytes, more than {MAX_UNPACKED_BYTES}")
    if unpacked > packed * MAX_RATIO:
        raise _Refused(f"it unpacks to more than {MAX_RATIO} times its size")


def _check_headers(file: io.BufferedReader, archive: zipfile.ZipFile) -> None:
    end = 0
    for entry in sorted(archive.filelist, key=lambda each: each.header_offset):
        if entry.flag_bits & _ENCRYPTED:
            raise _Refused(f"{entry.filename!r} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Refused(f"{entry.filename!r} is packed in an uncommon way")
        if entry.header_offset < end:
            raise _Refused(f"{entry.filename!r} overlaps another entry")
        file.seek(entry.header_offset)
        header = _LOCAL.unpack(file.read(_LOCAL.size))
        signature, _, flags, method, _, _, checksum, _, size, name_length, extra = header
        name = file.read(name_length)
        encoding = "utf-8" if flags & 0x800 else "cp437"
        same = signature == b"PK\x03\x04" and method == entry.compress_type
        same = same and name.decode(encoding, "replace") == entry.orig_filename
        if not flags & _HAS_DESCRIPTOR:
            same = same and checksum == entry.CRC and size == entry.file_size
        if not same:
            raise _Refused(f"{entry.filename!r} is described in two different ways")
        end = entry.header_offset + _LOCAL.size + name_length + extra + entry.compress_size


def _check_record(archive: zipfile.ZipFile, file_name: str) -> None:
    records = [name for name in archive.namelist() if name.endswith(".dist-info/RECORD")]
    if len(records) != 1 or records[0].count("/") != 1:
        raise _Refused("it does not have exactly one RECORD")
    folder = records[0].partition("/")[0]
    project, version = parse_wheel_filename(file_name)[:2]
    claimed_name, _, claimed_version = folder.removesuffix(".dist-info").rpartition("-")
    same_version = claimed_version.replace("_", "-") in (str(version), file_name.split("-")[1])
    if canonicalize_name(claimed_name) != project or not same_version:
        raise _Refused(f"it contains {folder}, another project or version")
    rows = csv.reader(archive.read(records[0]).decode("utf-8", "replace").splitlines())
    listed = {row[0]: row[1] for row in rows if len(row) == 3}
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        own = entry.filename.removeprefix(f"{folder}/")
        if own in _UNHASHED:
            continue
        if entry.filename not in listed:
            raise _Refused(f"its RECORD does not list {entry.filename!r}")
        _check_hash(archive, entry, listed[entry.filename])


def _check_hash(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, claimed: str) -> None:
    algorithm, _, expected = claimed.partition("=")
    if algorithm not in ("sha256", "sha384", "sha512"):
        raise _Refused(f"its RECORD has no sound hash for {entry.filename!r}")
    digest = hashlib.new(algorithm)
    left = entry.file_size
    with archive.open(entry) as body:
        while chunk := body.read(1024 * 1024):
            left -= len(chunk)
            if left < 0:
                raise _Refused(f"{entry.filename!r} is longer than it says")
            digest.update(chunk)
    came = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    if came != expected.rstrip("="):
        raise _Refused(f"{entry.filename!r} differs from its RECORD")
