"""A server beside the router goes away while questions are in flight, and comes back."""
import time

import pytest

from ledger import Ledger
from servers.process import until


@pytest.fixture
def rooms(installation):
    return installation.open_rooms(10)


@pytest.fixture
def ledger(installation):
    return Ledger(installation)


def test_letta_is_killed_and_started_again(letta, rooms, ledger):
    ledger.ask_in(rooms, 3, "sleep:1")
    until("turns under way and turns that ended", 60, lambda: ledger.begun() > 15)
    letta.kill()
    letta.start()
    # a turn that Letta forgot is asked again: counted are those that it remembers; one that it could not end is told, and so is the outage
    ledger.settle(240, notices=2)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_routers_database_is_away_for_twenty_seconds(router_postgres, rooms, ledger, end):
    ledger.ask_in(rooms, 2, "sleep:1")
    until("turns under way", 60, lambda: ledger.begun() >= 10)
    getattr(router_postgres, end)()
    stopped = time.monotonic()
    ledger.ask_in(rooms, 1)
    until("twenty seconds to pass", 30, lambda: time.monotonic() - stopped > 20)
    router_postgres.start()
    ledger.settle(240, notices=1)
    ledger.assert_single_turns()


def test_synapse_is_killed_with_a_transaction_in_flight(installation, rooms, ledger):
    room = rooms[0]
    installation.await_met([room])
    with installation.router.to_synapse.answers_kept_back():
        first = ledger.ask(room)
        until("the router to have the first question", 30, lambda: first.event in installation.stored_events())
        for _ in range(5):
            ledger.ask(room)
        # the five wait behind the transaction of the first, in Synapse's memory only
        assert not {question.event for question in ledger.questions[1:]} & installation.stored_events()
        installation.synapse.kill()
    installation.synapse.start()
    ledger.settle(240, notices=1)
    ledger.assert_single_turns()


def test_synapse_is_killed_and_started_again(installation, model, rooms, ledger):
    ledger.ask_in(rooms, 3, "hold:synapse_is_killed")
    # what Synapse has not pushed yet, it forgets when it is killed
    until("the router to have all questions", 60, lambda: installation.stored_events() >= {question.event for question in ledger.questions})
    installation.synapse.kill()
    model.release("synapse_is_killed")
    until("turns that end while Synapse is away", 60, lambda: ledger.begun() > len(rooms))
    installation.synapse.start()
    ledger.settle(240, notices=1)
    ledger.assert_single_turns()
