"""A disk that fails under a relay process: faulty_disk.c, compiled and told what to do."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Literal

DiskFault = Literal["write EIO", "short write", "disk full", "failed fsync"]
_KINDS: dict[DiskFault, int] = {
    "write EIO": 1,
    "short write": 2,
    "disk full": 3,
    "failed fsync": 4,
}
_CONTROL = struct.Struct("@qqq")


class FaultyDisk:
    """`variables` put it under a process; it works until `fail` is called.

    It fails for paths that contain `files`.
    """

    def __init__(self, folder: Path, files: str = "documents.sqlite") -> None:
        library, control = folder / "faulty_disk.so", folder / "faulty_disk.control"
        compiler = shutil.which("gcc") or shutil.which("cc")
        assert compiler, "There is no C compiler; install gcc."
        source = Path(__file__).with_name("faulty_disk.c")
        command = [compiler, "-O1", "-Wall", "-shared", "-fPIC", str(source), "-o", str(library)]
        subprocess.run([*command, "-ldl"], check=True)
        control.write_bytes(bytes(_CONTROL.size))
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), _CONTROL.size)
        self.variables = {
            "LD_PRELOAD": str(library),
            "FAULTY_DISK_CONTROL": str(control),
            "FAULTY_DISK_FILES": files,
        }

    def fail(self, fault: DiskFault, every: int) -> None:
        """From now on every so many operations of that kind fail."""
        _CONTROL.pack_into(self._control, 0, 0, every, 0)
        _CONTROL.pack_into(self._control, 0, _KINDS[fault], every, 0)

    def mend(self) -> int:
        """All is well again; how often it has failed."""
        _, every, struck = _CONTROL.unpack_from(self._control, 0)
        _CONTROL.pack_into(self._control, 0, 0, every, struck)
        return int(struck)
