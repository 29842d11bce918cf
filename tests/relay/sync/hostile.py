"""Updates written by hand: what no honest client sends, and a seeded way to damage honest ones."""

import random

from pycrdt import Array, Doc, Map, Text

from relay.sync.lib0 import block_bytes, number_bytes

ROOT_ITEM = b"\x01"


def update(*structs: bytes, client: int = 1, clock: int = 0, deleted: bytes = b"\0") -> bytes:
    """One client's structs as an update."""
    head = number_bytes(1) + number_bytes(len(structs)) + number_bytes(client) + number_bytes(clock)
    return head + b"".join(structs) + deleted


def in_root(kind: int, content: bytes, root: bytes = b"m", key: bytes = b"k") -> bytes:
    """An item under a key of a root map."""
    return bytes([kind | 0x20]) + ROOT_ITEM + block_bytes(root) + block_bytes(key) + content


def in_type(parent: tuple[int, int], kind: int, content: bytes) -> bytes:
    """An item under the key k of the type that is item `parent`."""
    ids = b"".join(map(number_bytes, parent))
    return bytes([kind | 0x20]) + b"\0" + ids + block_bytes(b"k") + content


def after(origin: tuple[int, int], kind: int, content: bytes) -> bytes:
    """An item to the right of another."""
    return bytes([kind | 0x80]) + b"".join(map(number_bytes, origin)) + content


MAP_TYPE = b"\x01"


def nested_types(depth: int, client: int = 1) -> bytes:
    """Maps within maps; deleting the outermost makes the codec recurse."""
    structs = [in_root(7, MAP_TYPE)]
    structs += [in_type((client, clock), 7, MAP_TYPE) for clock in range(depth - 1)]
    return update(*structs, client=client)


def nested_values(depth: int, opening: bytes) -> bytes:
    """Arrays or objects within each other; decoding makes the codec recurse."""
    return update(in_root(8, b"\x01" + opening * depth + b"\x7e"))


ARRAY_OPENING = b"\x75\x01"
OBJECT_OPENING = b"\x76\x01\x01k"


def nested_json(depth: int) -> bytes:
    return update(in_root(5, block_bytes(b"[" * depth + b"]" * depth)))


def honest_updates(seed: int) -> list[bytes]:
    """What two clients of one document really send: all content that pycrdt can make."""
    random_ = random.Random(seed)
    sent: list[bytes] = []
    one, other = Doc(client_id=random_.getrandbits(32)), Doc(client_id=random_.getrandbits(32))
    subscriptions = [one.observe(lambda e: sent.append(e.update))]
    subscriptions.append(other.observe(lambda e: sent.append(e.update)))
    for doc in (one, other):
        cells = doc.get("cells", type=Map)
        text = doc.get("text", type=Text)
        values = doc.get("values", type=Array)
        cells["a"] = Map({"source": Text("print(1)"), "n": 1.5, "deep": {"x": [1, None, True]}})
        for _ in range(20):
            match random_.randrange(5):
                case 0:
                    text.insert(random_.randint(0, len(text)), random_.choice(["x", "ab"]))
                case 1 if len(text) > 3:
                    del text[1:3]
                case 2:
                    values.append(random_.choice([b"bytes", 2**40, -3, "é🎉", {"k": [b"x"]}]))
                case 3:
                    cells[f"c{random_.randrange(4)}"] = Map(
                        {"t": Text("é🎉"), "o": Array([1, "y"])}
                    )
                case _:
                    text.format(0, len(text), {"bold": True})
        other.apply_update(one.get_update())
    del subscriptions
    return [*sent, one.get_update(), other.get_update()]


def damaged(update_: bytes, random_: random.Random) -> bytes:
    """The update with some bytes changed, cut, doubled or exchanged."""
    bytes_ = bytearray(update_)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(bytes_) or 1)
        match random_.randrange(5):
            case 0 if bytes_:
                bytes_[at] = random_.randrange(256)
            case 1:
                del bytes_[at : at + random_.randint(1, 8)]
            case 2:
                bytes_[at:at] = bytes_[at : at + random_.randint(1, 32)]
            case 3:
                bytes_[at:at] = random_.randbytes(random_.randint(1, 8))
            case _:
                bytes_[at:at] = b"\xff" * random_.randint(1, 9)
    return bytes(bytes_)
