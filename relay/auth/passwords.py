"""Passwords as memory-hard hashes.

scrypt comes with Python's own OpenSSL and is as hard to attack as is asked for: one dependency
less in the process that knows everybody's sessions. The parameters are OWASP's for 32 MiB.
"""

import base64
import hashlib
import hmac
import secrets
import threading

from relay.errors import BadRequest
from wasm_runtime.contracts.access import MIN_PASSWORD_CHARACTERS

_LOG_N, _R, _P = 15, 8, 3
_SALT_BYTES, _KEY_BYTES = 16, 32
_MAX_PASSWORD_BYTES = 1024
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each takes 32 MiB and a core: many who sign in at once wait for each other, not for memory."""


def check_new_password(password: str) -> None:
    """Raises BadRequest for one that is too easy to try, or absurdly long."""
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise BadRequest(f"A password has at least {MIN_PASSWORD_CHARACTERS} characters.")
    if len(password.encode()) > _MAX_PASSWORD_BYTES:
        raise BadRequest(f"A password has at most {_MAX_PASSWORD_BYTES} bytes.")


def password_hash(password: str) -> str:
    """What is kept of a password, with what it takes to try one against it."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = _key(password, salt, _LOG_N, _R, _P)
    return f"scrypt${_LOG_N}${_R}${_P}${_text(salt)}${_text(key)}"


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. None takes as long, and never is: whether somebody has an
    account shows neither in the answer nor in its time."""
    log_n, r, p, salt, key = _parts(kept) if kept else (_LOG_N, _R, _P, bytes(_SALT_BYTES), b"")
    if len(password.encode()) > _MAX_PASSWORD_BYTES:
        return False
    return hmac.compare_digest(_key(password, salt, log_n, r, p), key)


def is_outdated(kept: str) -> bool:
    """Whether it was made with other parameters than a new one would be."""
    return _parts(kept)[:3] != (_LOG_N, _R, _P)


def _parts(kept: str) -> tuple[int, int, int, bytes, bytes]:
    scheme, log_n, r, p, salt, key = kept.split("$")
    if scheme != "scrypt":
        raise ValueError(f"Expected a hash made by scrypt, got one by {scheme}.")
    return int(log_n), int(r), int(p), base64.b64decode(salt), base64.b64decode(key)


def _key(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    with _AT_ONCE:
        return hashlib.scrypt(
            password.encode(),
            salt=salt,
            n=1 << log_n,
            r=r,
            p=p,
            maxmem=2 * 128 * r * (1 << log_n),
            dklen=_KEY_BYTES,
        )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
