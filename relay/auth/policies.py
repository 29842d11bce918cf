"""Who may ask for what: every route of the relay, and nothing that is not in here."""

from .gate import WEBSOCKET, Policies

POLICIES: Policies = {
    "/health": {"GET": "public"},
    # By address or token, which is asked there.
    "/metrics": {"GET": "public"},
    "/environments.json": {"GET": "public"},
    "/environments/{name}.json": {"GET": "public"},
    "/snapshot-refusals/{name}": {"POST": "public"},
    "/store/{sha256}/{name}": {"GET": "public"},
    "/index/simple/": {"GET": "public"},
    "/index/simple/{project}/": {"GET": "public"},
    "/index/simple/{project}": {"GET": "public"},
    "/index/files/{project}/{file_name}": {"GET": "public"},
    "/session": {"GET": "anybody", "POST": "anybody", "DELETE": "anybody"},
    "/sessions": {"DELETE": "user"},
    "/sign-in/oidc": {"GET": "anybody"},
    "/sign-in/oidc/return": {"GET": "anybody"},
    "/links": {"POST": "anybody"},
    # Whose a token is, is asked there.
    "/tokens": {"GET": "user", "POST": "user"},
    "/tokens/{token_id}": {"DELETE": "user"},
    # What a token's scopes allow is asked for each tool, by the table in relay/mcp/tools.py.
    "/mcp": {"GET": "agent", "POST": "agent", "DELETE": "agent"},
    "/rooms/{document_id}": {WEBSOCKET: "read", "GET": "read", "DELETE": "delete"},
    "/rooms/{document_id}/members": {"GET": "read", "PUT": "manage"},
    # Everybody may leave; the rest is asked there.
    "/rooms/{document_id}/members/{user_id}": {"DELETE": "read"},
    "/rooms/{document_id}/links": {"GET": "manage", "POST": "manage"},
    "/rooms/{document_id}/links/{link_id}": {"DELETE": "manage"},
    "/rooms/{document_id}/last-good-state": {"GET": "read", "POST": "reopen"},
    "/rooms/{document_id}/history": {"GET": "read"},
    "/rooms/{document_id}/history/{sequence:int}": {"GET": "read"},
    "/rooms/{document_id}/blobs/{sha256}": {"GET": "read", "PUT": "write"},
    # Which connections somebody may use is asked there.
    "/data/connections": {"GET": "user"},
    "/data/queries/{query_id}": {"GET": "user", "DELETE": "user"},
    "/data/{connection}/schema": {"GET": "user"},
    "/data/{connection}/sample": {"POST": "user"},
    "/data/{connection}/profile": {"POST": "user"},
    "/data/{connection}/query": {"POST": "user"},
    # Which hosts somebody may reach is asked there.
    "/net/hosts": {"GET": "user"},
    "/net/fetch": {"POST": "user"},
    "/rooms/{document_id}/net/fetch": {"POST": "run"},
    "/rooms/{document_id}/net/hosts": {"GET": "read", "PUT": "manage"},
    "/operator/connections": {"GET": "operator", "POST": "operator"},
    "/operator/connections/{connection}": {"DELETE": "operator"},
    "/operator/connections/{connection}/test": {"POST": "operator"},
    "/operator/audit": {"GET": "operator"},
    "/operator/audit/chain": {"GET": "operator"},
    "/operator/audit/export": {"GET": "operator"},
    "/{path:path}": {"GET": "public"},
}
