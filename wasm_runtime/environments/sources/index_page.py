"""A project's page of a simple index, as JSON (PEP 691) or as HTML (PEP 503)."""

import json
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.5, text/html;q=0.2"
)


@dataclass(frozen=True, kw_only=True)
class IndexFile:
    """One file that an index offers; `sha256` is empty when the index does not say."""

    file_name: str
    url: str
    sha256: str = ""
    requires_python: str = ""
    yanked: bool = False
    uploaded: datetime | None = None


def parse_page(body: bytes, content_type: str, address: str) -> list[IndexFile]:
    """The files on the page at `address`. Raises ValueError for a page of another kind."""
    if content_type.partition(";")[0].strip().endswith("json"):
        return _from_json(body, address)
    return _from_html(body, address)


def _from_json(body: bytes, address: str) -> list[IndexFile]:
    page = json.loads(body)
    if not isinstance(page, dict) or not isinstance(page.get("files"), list):
        raise ValueError("the page has no list of files")
    found = []
    for file in page["files"]:
        url = urljoin(address, str(file["url"]))
        if _is_web(url):
            found.append(
                IndexFile(
                    file_name=str(file["filename"]),
                    url=url,
                    sha256=str(file.get("hashes", {}).get("sha256", "")),
                    requires_python=str(file.get("requires-python") or ""),
                    yanked=bool(file.get("yanked", False)),
                    uploaded=_time(file.get("upload-time")),
                )
            )
    return found


def _from_html(body: bytes, address: str) -> list[IndexFile]:
    parser = _Anchors()
    parser.feed(body.decode("utf-8", "replace"))
    found = []
    for attributes in parser.anchors:
        url, fragment = urldefrag(urljoin(parser.base or address, attributes.get("href") or ""))
        if _is_web(url):
            algorithm, _, digest = fragment.partition("=")
            found.append(
                IndexFile(
                    file_name=unquote(urlsplit(url).path.rsplit("/", 1)[-1]),
                    url=url,
                    sha256=digest if algorithm == "sha256" else "",
                    requires_python=attributes.get("data-requires-python") or "",
                    yanked="data-yanked" in attributes,
                    uploaded=_time(attributes.get("data-upload-time")),
                )
            )
    return found


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[dict[str, str | None]] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.anchors.append(dict(attrs))
        elif tag == "base":
            self.base = dict(attrs).get("href") or ""


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")


def _time(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
