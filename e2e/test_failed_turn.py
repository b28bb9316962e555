"""A turn fails after it has had effects."""
from ledger import Ledger, sent_by_router
from servers.process import until


def test_a_turn_that_fails_in_its_second_step_is_shown_with_one_notice_and_never_asked_again(installation):
    [room] = installation.open_rooms(1, tools=["core_memory_append"])
    ledger = Ledger(installation)
    ledger.ask(room, "tool-then:500")
    ledger.settle(180, notices=1)
    ledger.assert_single_turns()
    assert len(sent_by_router(room, "m.notice")) == 1


def test_a_turn_whose_letta_is_killed_in_its_second_step_is_shown_with_one_notice_and_never_asked_again(installation, letta, model):
    [room] = installation.open_rooms(1, tools=["core_memory_append"])
    ledger = Ledger(installation)
    ledger.ask(room, "tool-wait:letta_is_killed")
    until("the second step", 60, lambda: "letta_is_killed" in model.held)
    letta.kill()
    letta.start()
    model.release("letta_is_killed")
    ledger.settle(240, notices=2)
    ledger.assert_single_turns()
    assert sum("could not answer this message" in event["content"]["body"] for event in sent_by_router(room, "m.notice")) == 1
