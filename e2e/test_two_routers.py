"""D8: two routers share one store; the homeserver may reach either."""
import time

import pytest

from ledger import Ledger
from servers.process import until

LEASE = 20  # seconds after which whoever did not renew it is taken for dead


@pytest.fixture
def rooms(cluster):
    return cluster.open_rooms(6)


@pytest.fixture
def ledger(cluster):
    return Ledger(cluster)


def test_both_are_restarted_one_after_the_other_while_people_write(cluster, rooms, ledger):
    for router in cluster.routers:
        ledger.ask_in(rooms, 2, "sleep:1")
        router.stop()
        ledger.ask_in(rooms, 1)
        router.start()
    ledger.settle(180)
    ledger.assert_single_turns()


def test_one_that_is_frozen_past_its_lease_is_taken_over_and_does_no_harm_when_it_wakes(cluster, rooms, ledger, model):
    to_the_other = cluster.routers[1].to_synapse
    to_the_other.shut()
    cluster.to_routers.cut()  # who is handed a message asks the agent
    ledger.ask_in(rooms, 2, "hold:router_is_frozen")
    until("a turn in each room", 60, lambda: ledger.begun() == len(rooms))
    frozen = cluster.routers[0].process
    frozen.freeze()
    to_the_other.open()
    since = time.monotonic()
    model.release("router_is_frozen")
    ledger.ask_in(rooms, 1)
    until("its lease to end", 60, lambda: time.monotonic() - since > LEASE + 5)
    frozen.thaw()
    ledger.settle(180)
    ledger.assert_single_turns()
