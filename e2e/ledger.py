"""What was asked in which room, and whether each question was answered as it must be."""
import itertools
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from installation import Room
from servers.process import until

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Question:
    """The stand-in model answers with a question's own words, so that an answer names its question."""
    room: Room
    heard: str
    event: str = None

    @property
    def answer(self):
        return f"echo: {self.heard}"


class Ledger:

    def __init__(self, installation):
        self.model = installation.model
        self.letta = installation.letta
        self.default_agent = installation.default_agent
        self.questions = []

    def ask(self, room, words="", heard=None):
        """`heard`: the words as they shall reach the agent, where that differs."""
        title = f"question {next(_numbers):05d} "
        event = room.person.send(room.id, (title + words).strip())
        return self.add(Question(room, (title + (heard or words)).strip(), event))

    def add(self, question):
        self.questions.append(question)
        return question

    def ask_in(self, rooms, count, words=""):
        """That many questions in each room, in all rooms at once."""
        with ThreadPoolExecutor(len(rooms)) as together:
            list(together.map(lambda room: [self.ask(room, words) for _ in range(count)], rooms))

    def begun(self):
        """How many of the questions have reached the model."""
        return sum(self.model.turns(question.heard) > 0 for question in self.questions)

    def await_answers(self, seconds, rooms=()):
        """Until each question has one, in these rooms or in all."""
        waited_for = {room.id for room in rooms}

        def missing():
            return {room: count for room, asked in self._by(lambda question: question.room.id).items()
                    if (not rooms or room in waited_for) and (count := len(asked) - len(answers(asked[0].room))) > 0}
        until(lambda: f"answers, missing by room: {missing()}", seconds, lambda: not missing(), pause=1)

    def settle(self, seconds, notices=0):
        """Every question is answered exactly once, in its room, by the agent that was asked, in order.

        `notices`: how many the router may say in each room besides."""
        self.await_answers(seconds)
        rooms = {question.room.id: question.room for question in self.questions}
        self.ask_in(rooms.values(), 1, "is the last")  # its answer follows all that is still to come in the room, a doubled one too
        self.await_answers(seconds)
        for room, asked in self._by(lambda question: question.room.id).items():
            assert answers(rooms[room]) == [(question.room.agent.user, question.answer) for question in asked], f"answers in {room}"
            assert len(said := sent_by_router(rooms[room], "m.notice")) <= notices, said
        for agent, asked in self._by(lambda question: question.room.agent.id).items():
            assert self.letta.asked(agent) == [question.heard for question in asked], f"turns that {agent} remembers"
        assert self.letta.asked(self.default_agent) == [], "turns of the default agent"

    def assert_single_turns(self):
        """No turn was begun twice, not even one that Letta forgot."""
        turns = {question.heard: self.model.turns(question.heard) for question in self.questions}
        assert {question: count for question, count in turns.items() if count != 1} == {}

    def _by(self, key):
        groups = defaultdict(list)
        for question in self.questions:
            groups[key(question)].append(question)
        return groups


def sent_by_router(room, kind):
    """The messages of that msgtype that the person did not write, in the order of the room."""
    return [event for event in room.person.read(room.id)
            if event["sender"] != room.person.user and event["content"]["msgtype"] == kind]


def answers(room):
    """Who answered what."""
    return [(event["sender"], event["content"]["body"]) for event in sent_by_router(room, "m.text")]


def answer_in_parts(room, text):
    """The events of an answer, as soon as all of its text is there."""
    def complete():
        parts = sent_by_router(room, "m.text")
        return parts if len(text_of(parts)) >= len(text_without_blanks(text)) else None
    return until("the whole answer", 120, complete, pause=1)


def text_of(events):
    return text_without_blanks("".join(event["content"]["body"] for event in events))


def text_without_blanks(text):
    return "".join(text.split())
