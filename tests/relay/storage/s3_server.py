"""S3, as moto is one: a server of its own that any client can be pointed at."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

BUCKET = "company-lake"
KEYS = {"access_key_id": "AKIAOFTHERELAY0001", "secret_access_key": "of/the+relay/and/no/one/else"}


class S3Server:
    """With one empty bucket; `client` is its owner's."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="of-the-owner",
            aws_secret_access_key="of-the-owner",
        )
        self.client.create_bucket(Bucket=BUCKET)

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def put_empty(self, keys: Iterable[str]) -> None:
        """Very many, which takes long by HTTP."""
        backend = s3_backends["123456789012"]["aws"]
        for key in keys:
            backend.put_object(BUCKET, key, b"")

    def content(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def keys(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [each["Key"] for each in found]

    def unfinished_uploads(self) -> list[Any]:
        return list(self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))

    def empty(self) -> None:
        while keys := self.keys():
            named = [{"Key": key} for key in keys]
            self.client.delete_objects(Bucket=BUCKET, Delete={"Objects": named})


@contextmanager
def s3_server() -> Iterator[S3Server]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        found = S3Server(f"http://{host}:{port}")
        yield found
        found.client.close()
    finally:
        server.stop()
