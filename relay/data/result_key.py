"""What makes two queries the same, so that the result of one answers the other."""

import hashlib
import hmac
import json
from dataclasses import asdict

from .declaration import Declaration
from .engine import Statement


def result_key(
    key_secret: bytes, declared: Declaration, password: str, statement: Statement
) -> str:
    """Differs when the connection leads elsewhere, or as another role, or with another password.

    It is a name in no file and no answer; with `key_secret` it tells nothing of the password.
    """
    what = {
        "declaration": asdict(declared),
        "password": password,
        "sql": statement.sql,
        # A parameter's type counts: 1, 1.0 and "1" may give different rows.
        "parameters": {
            name: [type(value).__name__, repr(value)]
            for name, value in statement.parameters.items()
        },
        "first_rows": statement.first_rows,
    }
    text = json.dumps(what, sort_keys=True)
    return hmac.digest(key_secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
