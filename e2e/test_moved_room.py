"""A room is given to another agent by a new mapping file."""
from ledger import Ledger
from servers.process import until


def test_the_next_question_goes_to_the_new_agent_and_the_answer_under_way_comes_from_the_old(installation, model):
    [room] = installation.open_rooms(1)
    newcomer = installation.create_agent()
    installation.bring(newcomer, room)
    ledger = Ledger(installation)
    ledger.ask(room)
    ledger.ask(room, "hold:room_is_moved")
    until("the turn to begin", 30, lambda: ledger.begun() == 2)
    moved = installation.move(room, newcomer)
    ledger.ask(moved)
    model.release("room_is_moved")
    ledger.ask(moved)
    ledger.settle(60)  # had the late answer's echo been asked, an agent would remember it
    ledger.assert_single_turns()


def test_agents_that_swap_rooms_answer_in_their_new_rooms_at_once(installation):
    one, two = installation.open_rooms(2)
    installation.bring(two.agent, one)
    installation.bring(one.agent, two)
    ledger = Ledger(installation)
    ledger.ask_in([one, two], 2)
    ledger.await_answers(60)
    ledger.ask_in(installation.swap(one, two), 2)
    ledger.settle(60)
    ledger.assert_single_turns()
