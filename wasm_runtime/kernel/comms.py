"""Jupyter's comms, so that ipywidgets and anywidget work, over the kernel's messages."""

from collections.abc import Callable
from typing import Any

from wasm_runtime.contracts.worker import CloseComm, CommMessage, OpenComm

from .data.sql_parameters import register_sql_parameters
from .tables.comm_target import register_tables

AnyComm = OpenComm | CommMessage | CloseComm


class Comms:
    """Passes comm messages between the page and Python's comm objects."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self._send = send
        self._manager: Any = None

    def install(self) -> None:
        """Make the `comm` package create comms that send through here."""
        import comm
        from comm.base_comm import BaseComm, CommManager

        comms = self

        class PageComm(BaseComm):
            """A comm whose other end is in the page."""

            def publish_msg(
                self,
                msg_type: str,
                data: Any = None,
                metadata: Any = None,
                buffers: Any = None,
                **keys: Any,
            ) -> None:
                comms.publish(msg_type, self.comm_id, data, metadata, buffers or [], keys)

        manager = CommManager()
        self._manager = manager
        comm.create_comm = PageComm
        comm.get_comm_manager = lambda: manager
        register_tables(manager)
        register_sql_parameters(manager)

    def publish(
        self,
        msg_type: str,
        comm_id: str,
        data: Any,
        metadata: Any,
        buffers: list[Any],
        keys: dict[str, Any],
    ) -> None:
        """Send one of Python's comm messages to the page."""
        parts = [bytes(memoryview(buffer).cast("B")) for buffer in buffers]
        data, metadata = data or {}, metadata or {}
        if msg_type == "comm_open":
            name = str(keys["target_name"])
            self._send(
                OpenComm(
                    comm_id=comm_id, target_name=name, data=data, metadata=metadata, buffers=parts
                )
            )
        elif msg_type == "comm_msg":
            self._send(CommMessage(comm_id=comm_id, data=data, metadata=metadata, buffers=parts))
        else:
            self._send(CloseComm(comm_id=comm_id, data=data))

    def handle(self, message: AnyComm) -> None:
        """Give a message of the page to the comm it names; its callbacks run now."""
        content = {"comm_id": message.comm_id, "data": message.data}
        if isinstance(message, OpenComm):
            content["target_name"] = message.target_name
        parts = [memoryview(part) for part in getattr(message, "buffers", [])]
        wrapped = {
            "content": content,
            "metadata": getattr(message, "metadata", None) or {},
            "buffers": parts,
            "header": {"msg_type": message.kind},
        }
        getattr(self._manager, message.kind)(None, None, wrapped)
