"""A folder of this machine, copied into a kernel before a run and out of it afterwards."""

from pathlib import Path, PurePosixPath

from wasm_runtime.errors import UsageError

from .runtime import RunningKernel

_MAX_BYTES = 256 * 1024**2


async def copy_in(folder: Path, kernel: RunningKernel, kernel_folder: str) -> None:
    """Every regular file below `folder`. Raises UsageError when there is too much."""
    for name, body in _files(folder).items():
        await kernel.write_file(str(PurePosixPath(kernel_folder, name)), body)


def _files(folder: Path) -> dict[str, bytes]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    if sum(path.stat().st_size for path in files) > _MAX_BYTES:
        raise UsageError(
            f"{folder} holds more than {_MAX_BYTES // 1024**2} MiB.",
            hint="Give --files a folder with only what the notebook reads.",
        )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def copy_out(changed: dict[str, bytes | None], folder: Path, kernel_folder: str) -> list[Path]:
    """Write what cells changed; names that would leave `folder` are refused by being skipped."""
    written = []
    root = folder.resolve()
    for name, body in sorted(changed.items()):
        target = _inside(root, name, kernel_folder)
        if target is None:
            continue
        if body is None:
            target.unlink(missing_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        written.append(target)
    return written


def _inside(root: Path, name: str, kernel_folder: str) -> Path | None:
    path = PurePosixPath(kernel_folder, name)
    if not path.is_relative_to(kernel_folder) or "\0" in name or "\\" in name:
        return None
    parts = path.relative_to(kernel_folder).parts
    if not parts or any(part in ("..", ".") for part in parts):
        return None
    target = root.joinpath(*parts)
    # A link that stood in the folder before must not carry a write outside it.
    parent = target.parent.resolve()
    inside = parent == root or parent.is_relative_to(root)
    return target if inside and not target.is_symlink() and not target.is_dir() else None
