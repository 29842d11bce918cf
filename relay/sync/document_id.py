"""The document that a path names."""

import re

from starlette.requests import HTTPConnection

from relay.errors import BadRequest
from wasm_runtime.contracts.relay_api import DOCUMENT_ID_PATTERN


def document_id_of(connection: HTTPConnection) -> str:
    """Raises BadRequest for one that no document can have."""
    document_id = str(connection.path_params["document_id"])
    if not re.fullmatch(DOCUMENT_ID_PATTERN, document_id):
        raise BadRequest(f"A document id matches {DOCUMENT_ID_PATTERN}, got {document_id!r}.")
    return document_id
