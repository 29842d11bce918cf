"""What Python may ask of the relay itself, with the session of the person whose page it runs in.

Python addresses the relay as `https://relay.invalid/`, a name that no network knows: whoever
carries out the kernel's requests (the page, or the command line with `--relay`) puts the relay's
own address in its place, or refuses. Nothing but the methods and paths of RELAY_REQUEST_PATTERN
goes there, of the headers only those that are named here, and of the answer's headers likewise;
cookies are the carrier's and are never seen. A redirect is an error.

In a shared notebook all of it is asked below `rooms/{document_id}/`, so that its owners' rules
hold; Python does not choose in whose name it asks.
"""

RELAY_HOST = "relay.invalid"
RELAY_ADDRESS = "https://relay.invalid/"

# No path that some server on the way may read as another one: no empty part, no dots alone, and no
# dot, slash, backslash or control character that is encoded, once or more often.
_PART = (
    r"(?!\.\.?(?:[/?;]|$))(?:[A-Za-z0-9_.~!$&'()*+,;=:@-]"
    r"|%(?!(?:25)*(?:2[EeFf]|5[Cc]|[01][0-9A-Fa-f]|7[Ff]))[0-9A-Fa-f]{2})+"
)
RELAY_REQUEST_PATTERN = (
    rf"^(?:(?:GET|POST) ai|(?:GET|HEAD|PUT|DELETE) storages)(?:/{_PART})*"
    r"(?:\?[A-Za-z0-9_.~!$&()*+,;=:@/?%-]*)?$"
)
"""Matches the method, a space, and what follows RELAY_ADDRESS."""

RELAY_REQUEST_HEADERS = (
    "accept content-type range if-match if-none-match if-modified-since "
    "anthropic-version anthropic-beta openai-beta"
)
"""Names in lower case, a space between them; an SDK's placeholder of a key is not among them."""
RELAY_ANSWER_HEADERS = (
    "content-type content-length content-range accept-ranges etag last-modified retry-after "
    "cache-control x-request-id request-id x-should-retry"
)
