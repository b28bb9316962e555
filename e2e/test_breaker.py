"""What the router promises holds while everything around it breaks at random.

BREAKER_SECONDS says for how long (180), BREAKER_SEED repeats the choices of another run (unset: those of the day)."""
import datetime
import os

import breaker
from servers.process import until


def test_nothing_is_lost_doubled_or_misrouted_while_everything_breaks(cluster, capsys):
    seconds = int(os.environ.get("BREAKER_SECONDS") or 180)
    seed = os.environ.get("BREAKER_SEED") or str(datetime.date.today())
    rooms = cluster.open_shared_rooms(6, tools=["core_memory_append"])
    cluster.await_met(rooms)  # what was written before and is forgotten is a known hole
    with capsys.disabled():
        print(f"\nbreaker: {seconds} s with seed {seed}" + ("" if cluster.disk.is_own else ", without a full disk, for this machine lets us make none of our own"))

    broken, asked = breaker.run(cluster, rooms, seconds, seed)
    with capsys.disabled():
        print(f"breaker: {len(asked)} messages, {sum(broken.done.values())} faults: " + ", ".join(f"{name} {times}" for name, times in sorted(broken.done.items())))
    until("all messages to be settled", 1200, lambda: cluster.stored_events() >= {one.event for one in asked} and cluster.settled(), pause=1)

    ends = breaker.check(cluster, broken, asked)
    with capsys.disabled():
        print("breaker: " + ", ".join(f"{count} {state}" for state, count in ends.items()))
