"""Texts that have broken bridges before."""
import pytest

from ledger import Ledger, Question, answer_in_parts, sent_by_router, text_of, text_without_blanks
from servers.model import numbers


@pytest.fixture
def room(installation):
    return installation.open_rooms(1)[0]


@pytest.fixture
def ledger(installation):
    return Ledger(installation)


def test_a_null_character_reaches_the_agent_as_a_replacement_character(room, ledger):
    ledger.ask(room, "nothing\0here", heard="nothing\ufffdhere")
    ledger.settle(60)
    ledger.assert_single_turns()


def test_half_of_a_surrogate_pair_reaches_the_agent_as_a_replacement_character(installation, room, ledger):
    # Synapse answers 500 to a person who writes this, but other homeservers relay it
    installation.router.push({"type": "m.room.message", "event_id": "$half-of-a-surrogate-pair", "room_id": room.id,
                              "sender": room.person.user, "origin_server_ts": 1, "content": {"msgtype": "m.text", "body": "half\ud800here"}})
    ledger.add(Question(room, "half\ufffdhere"))
    ledger.settle(60)
    ledger.assert_single_turns()


def test_sixty_kilobytes_of_text_are_asked_and_answered_in_full(room, ledger, letta):
    question = ledger.ask(room, numbers(60_000))
    assert text_of(answer_in_parts(room, question.answer)) == text_without_blanks(question.answer)
    assert letta.asked(room.agent.id) == [question.heard]
    ledger.assert_single_turns()


def test_an_answer_of_200_kilobytes_comes_in_parts_in_order(room, ledger):
    ledger.ask(room, "long:200000")
    parts = answer_in_parts(room, numbers(200_000))
    assert text_of(parts) == text_without_blanks(numbers(200_000))
    assert {part["sender"] for part in parts} == {room.agent.user}
    ledger.assert_single_turns()


def test_markdown_is_shown_and_html_is_not(room, ledger):
    ledger.ask(room, "**bold** `code` <script>alert(1)</script>")
    ledger.settle(60)
    formatted = sent_by_router(room, "m.text")[0]["content"]["formatted_body"]
    assert "<strong>bold</strong> <code>code</code>" in formatted
    assert "<script" not in formatted
