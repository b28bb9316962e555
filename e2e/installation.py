"""One router with its homeserver and its database, and the rooms in which people meet agents there."""
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from servers.gate import Gate
from servers.process import free_port, until
from servers.router import Router
from servers.synapse import Account, Synapse

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Agent:
    """A Letta agent with its Matrix user."""
    id: str
    account: Account

    @property
    def user(self):
        return self.account.user


@dataclass(frozen=True)
class Room:
    """A room of one person and one agent."""
    id: str
    person: Account
    agent: Agent


class Installation:

    def __init__(self, name, synapse_database, postgres, letta, model, default_agent):
        port = free_port()
        to_synapse = Gate(free_port(), port)  # what Synapse is told to call
        self.letta = letta
        self.model = model
        self.default_agent = default_agent
        self.postgres = postgres
        self.database = f"router_{name}"
        self.synapse = Synapse(f"synapse-{name}", synapse_database, to_synapse.url)
        self.router = Router(f"router-{name}", port, to_synapse, postgres.create(self.database), self.synapse, letta, default_agent)

    def start(self):
        self.synapse.start()
        self.router.start()

    def stop(self):
        self.router.stop()
        self.synapse.stop()

    def open_rooms(self, count, tools=()):
        """That many rooms, each with its own person and agent, and all of them in the router's table."""
        with ThreadPoolExecutor(4) as together:
            rooms = list(together.map(lambda _: self._open_room(tools), range(count)))
        for room in rooms:
            self._map(room.agent, room.id)
        self.apply_mappings()
        return rooms

    def create_agent(self, tools=()):
        """An agent that has a Matrix user and no room."""
        number = next(_numbers)
        return Agent(self.letta.create_agent(f"Agent {number}", tools), self.synapse.register_agent(f"{number}"))

    def bring(self, agent, room):
        """The agent's user into the room; who is asked there stays as it was."""
        room.person.invite(room.id, agent.user)
        agent.account.join(room.id)

    def move(self, room, agent):
        """The room, given to an agent that had none."""
        self._map(room.agent, None)
        self._map(agent, room.id)
        self.apply_mappings()
        return Room(room.id, room.person, agent)

    def swap(self, one, two):
        """The two rooms, each with the other's agent."""
        self._map(one.agent, two.id)
        self._map(two.agent, one.id)
        self.apply_mappings()
        return Room(one.id, one.person, two.agent), Room(two.id, two.person, one.agent)

    def stored_events(self):
        """The ids of the events that the router has taken over from Synapse."""
        return set(self.postgres.ask(self.database, "SELECT event_id FROM router.inbox"))

    def await_met(self, rooms):
        """Until the router knows from where on to read these rooms, should Synapse forget to push what is said there."""
        until("the router to meet the rooms", 60, lambda: {room.id for room in rooms} <= set(
            self.postgres.ask(self.database, "SELECT room_id FROM router.reader WHERE position IS NOT NULL")))

    def unposted_replies(self):
        """What the router has to say and does not know to be in its room."""
        return self.postgres.ask(self.database, "SELECT source FROM router.outbox WHERE state IN ('waiting', 'sending')")

    def apply_mappings(self):
        self.router.drop_mappings()
        until("the router's table to follow the mapping file", 30, self.router.holds_mappings)

    def _open_room(self, tools):
        agent = self.create_agent(tools)
        person = self.synapse.register_person(f"person{next(_numbers)}")
        room = Room(person.create_room(agent.user), person, agent)
        agent.account.join(room.id)
        return room

    def _map(self, agent, room_id):
        self.router.mappings[agent.id] = {"agent_id": agent.id, "agent_name": agent.user.split(":")[0][1:], "matrix_user_id": agent.user,
                                          "matrix_password": "", "room_id": room_id, "room_created": True}
