"""Damaged updates against a replica, in a process that may die: `python -m … SEED COUNT`.

Prints how many were refused; that the process ends well is the test.
"""

import random
import sys

from relay.sync.errors import Malformed
from relay.sync.replica import Replica
from tests.relay.sync.hostile import damaged, honest_updates

_FRESH_EVERY = 200


def main(seed: int, count: int) -> None:
    random_ = random.Random(seed)
    corpus = [update for number in range(6) for update in honest_updates(seed + number)]
    refused = 0
    replica = Replica()
    for number in range(count):
        if number % _FRESH_EVERY == 0:
            replica = Replica()
            replica.offer(random_.choice(corpus[-2:]))
            replica.keep()
        try:
            offered = replica.offer(damaged(random_.choice(corpus), random_))
        except Malformed:
            refused += 1
            continue
        if offered.new is not None:
            replica.keep()
        replica.beyond(b"\0")
    print(refused, count)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
