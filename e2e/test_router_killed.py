"""The router is killed (-9) while fifty questions are in flight, and started again."""
import pytest

from ledger import Ledger, answers
from servers.process import until


@pytest.fixture
def rooms(installation):
    return installation.open_rooms(10)


@pytest.fixture
def ledger(installation):
    return Ledger(installation)


def test_killed_before_synapse_knows_that_its_transaction_is_stored(installation, rooms, ledger):
    with installation.router.to_synapse.answers_kept_back():
        ledger.ask_in(rooms, 5)
        until("a stored question", 30, lambda: installation.stored_events() & {question.event for question in ledger.questions})
        installation.router.kill()
        installation.router.to_synapse.cut()
    installation.router.start()
    ledger.settle(180)
    ledger.assert_single_turns()


def test_killed_while_ten_agents_answer(installation, rooms, ledger, model):
    ledger.ask_in(rooms, 5, "hold:router_is_killed")
    until("a turn in each room", 60, lambda: ledger.begun() == len(rooms))
    installation.router.kill()
    model.release("router_is_killed")
    installation.router.start()
    ledger.settle(180)
    ledger.assert_single_turns()


def test_killed_before_it_knows_that_its_replies_are_posted(installation, rooms, ledger):
    ledger.ask_in(rooms, 1)
    ledger.await_answers(60)  # before a user's first reply the router asks Synapse for other things
    until("the router to know that these replies are posted", 30, lambda: not installation.unposted_replies())
    with installation.synapse.to_router.answers_kept_back():
        ledger.ask_in(rooms, 5)
        until("a further reply in each room", 60, lambda: all(len(answers(room)) >= 2 for room in rooms), pause=1)
        installation.router.kill()
    installation.router.start()
    ledger.settle(180)
    ledger.assert_single_turns()
