"""Many people write at once."""
import pytest

from ledger import Ledger, answers


@pytest.mark.parametrize("synapse_on", ["sqlite", "postgresql"])
def test_a_hundred_questions_in_ten_rooms_are_each_answered_once_and_in_order(synapse_on, request):
    installation = request.getfixturevalue(f"installation_on_{synapse_on}")
    ledger = Ledger(installation)
    ledger.ask_in(installation.open_rooms(10), 10)
    ledger.settle(180)
    ledger.assert_single_turns()


def test_an_agent_that_takes_thirty_seconds_delays_nobody_else(installation, model):
    slow, *others = installation.open_rooms(10)
    ledger = Ledger(installation)
    ledger.ask(slow, "sleep:30 hold:others_have_answers")
    ledger.ask(slow)
    ledger.ask_in(others, 3)
    ledger.await_answers(50, others)  # Letta gives a model a minute
    assert answers(slow) == []
    model.release("others_have_answers")
    ledger.settle(90)
    ledger.assert_single_turns()
