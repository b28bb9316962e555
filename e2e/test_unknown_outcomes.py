"""The router cannot know whether a turn, or a send, has taken place; it finds out, and nothing happens twice."""
import pytest

from ledger import Ledger, answer_in_parts, answers, sent_by_router, text_of, text_without_blanks
from servers.model import numbers
from servers.process import until


@pytest.fixture
def rooms(cluster):
    return cluster.open_rooms(3)


@pytest.fixture
def ledger(cluster):
    return Ledger(cluster)


@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
def test_a_proxy_answers_in_the_place_of_a_letta_that_does_what_it_was_asked(cluster, rooms, ledger, status):
    with cluster.to_letta.answering(status):
        ledger.ask_in(rooms, 1, "sleep:2")
        until("turns whose outcome is not known", 60, lambda: cluster.postgres.ask(cluster.database, "SELECT count(*) FROM router.inbox WHERE state = 'unknown'") == [str(len(rooms))])
    ledger.settle(180, notices=1)
    ledger.assert_single_turns()


def test_the_connection_to_letta_breaks_while_agents_answer(cluster, rooms, ledger, model):
    ledger.ask_in(rooms, 2, "hold:connection_broke")
    until("a turn in each room", 60, lambda: ledger.begun() == len(rooms))
    cluster.to_letta.cut()
    model.release("connection_broke")
    ledger.settle(180, notices=1)
    ledger.assert_single_turns()


@pytest.mark.parametrize("is_restarted", [False, True])
def test_the_answers_to_sends_are_lost(cluster, rooms, ledger, is_restarted):
    ledger.ask_in(rooms, 1)
    ledger.await_answers(60)  # before a user's first reply the router asks Synapse for other things
    with cluster.synapse.to_router.answers_kept_back():
        ledger.ask_in(rooms, 1)
        until("a further reply in each room", 60, lambda: all(len(answers(room)) == 2 for room in rooms), pause=1)
        cluster.synapse.to_router.cut()
        if is_restarted:
            cluster.synapse.kill()
            cluster.synapse.start()
    ledger.settle(180, notices=1)
    ledger.assert_single_turns()


def test_the_homeserver_is_restarted_between_two_sends_of_one_answer(cluster, rooms, ledger):
    room = rooms[0]
    cluster.synapse.to_router.slow(0.5)  # so that there is a moment between them
    ledger.ask(room, "long:200000")
    until("the first part", 60, lambda: sent_by_router(room, "m.text"))
    cluster.synapse.kill()
    cluster.synapse.to_router.slow(0)
    cluster.synapse.start()
    parts = answer_in_parts(room, numbers(200_000))
    assert text_of(parts) == text_without_blanks(numbers(200_000))
    ledger.assert_single_turns()
