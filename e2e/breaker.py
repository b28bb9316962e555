"""Breaks at random what two routers on one store need, and checks when all is mended that every message met its one end."""
import itertools
import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

import requests

from installation import Room
from ledger import sent_by_router
from servers.process import until

BREAKERS = 4  # how many things may be broken at the same time
KILLS = 8  # of what is up again in a few seconds; Letta takes half a minute
# A claim decides by what was committed when it began to read, a little after the time that it notes.
CLAIM_SECONDS = 5


@dataclass(frozen=True)
class Fault:
    """Something that breaks a part and mends it again; while it is broken nothing else happens to that part."""
    part: str
    name: str
    seconds: tuple
    break_it: object
    mend_it: object = lambda: None
    share: int = 1  # how often it is taken, compared with the others


def faults(cluster):
    def server(part, server, process):
        return [Fault(part, "killed", (0, 3), server.kill, server.start, KILLS),
                Fault(part, "frozen", (0.3, 4), process.freeze, process.thaw)]

    def way(part, gate):
        return [Fault(part, "cut", (0, 1), gate.cut),
                Fault(part, "closed", (1, 6), lambda: (gate.shut(), gate.cut()), gate.open),
                Fault(part, "answers lost", (1, 5), gate.answers_pass.clear, lambda: (gate.cut(), gate.answers_pass.set())),
                Fault(part, "slow", (2, 8), lambda: gate.slow(0.05), lambda: gate.slow(0))]

    found = []
    for number, router in enumerate(cluster.routers, 1):
        found += server(f"router {number}", router, router.process)
        found += [Fault(f"router {number}", "frozen past its lease", (22, 26), router.process.freeze, router.process.thaw),
                  Fault(f"router {number}", "restarted", (0, 1), router.stop, router.start)]
    found += server("synapse", cluster.synapse, cluster.synapse.process)
    # Only a Letta that does not run refuses connections: by that the router knows that its open turns are over.
    found += [Fault("letta", "killed", (0, 3), lambda: (cluster.to_letta.shut(), cluster.letta.kill()), lambda: (cluster.letta.start(), cluster.to_letta.open())),
              Fault("letta", "frozen", (0.3, 4), cluster.letta.process.freeze, cluster.letta.process.thaw)]
    found += server("database", cluster.postgres, cluster.postgres.process)
    found += way("to routers", cluster.to_routers) + way("to synapse", cluster.synapse.to_router)
    found += [fault for fault in way("to letta", cluster.to_letta) if fault.name != "closed"] + way("to database", cluster.to_database)
    if cluster.disk.is_own:
        found.append(Fault("database", "disk full", (2, 6), cluster.disk.fill, lambda: (cluster.disk.free(), cluster.postgres.revive())))
    return found


class Breaker:
    """Breaks one thing after the other, as the seed says, until it is told to stop; then all is mended."""

    def __init__(self, cluster, rooms, seed):
        self.cluster = cluster
        self.owned = list(rooms)
        self.seed = seed
        self.over = threading.Event()
        self.busy = set()
        self.lock = threading.Lock()
        self.done = Counter()
        self.letta_killed = []  # when
        self.faults = faults(cluster)

    def work(self, number):
        chance = random.Random(f"{self.seed}/{number}")
        while not self.over.wait(chance.uniform(0.1, 0.8)):
            with self.lock:
                free = [fault for fault in self.faults if fault.part not in self.busy]
                fault, = chance.choices(free, [fault.share for fault in free])
                self.busy.add(fault.part)
            try:
                if (fault.part, fault.name) == ("letta", "killed"):
                    self.letta_killed.append(time.time())
                fault.break_it()
                self.over.wait(chance.uniform(*fault.seconds))
                fault.mend_it()
                self.done[f"{fault.part} {fault.name}"] += 1
            finally:
                self.busy.discard(fault.part)

    def move_rooms(self):
        chance = random.Random(f"{self.seed}/rooms")
        while not self.over.wait(chance.uniform(2, 10)):
            one, two = chance.sample(range(len(self.owned)), 2)
            self.owned[one], self.owned[two] = [Room(self.owned[at].id, self.owned[at].person, self.owned[other].agent) for at, other in ((one, two), (two, one))]
            for room in (self.owned[one], self.owned[two]):
                self.cluster._map(room.agent, room.id)
            self.cluster.router.drop_mappings()
            self.done["rooms swapped"] += 1


@dataclass(frozen=True)
class Asked:
    room: Room
    text: str
    event: str


class People:
    """One person in each room, who writes at random and sends again, in the same transaction, what the homeserver did not acknowledge."""

    numbers = itertools.count(1)

    def __init__(self, rooms, seed, over):
        self.rooms = rooms
        self.seed = seed
        self.over = over
        self.asked = []

    def write(self, room):
        chance = random.Random(f"{self.seed}/{room.id}")
        while not self.over.wait(chance.expovariate(1 / 12)):
            number = next(self.numbers)
            # Half of the turns have two steps: what is broken between them has happened, and is not asked again.
            text = f"message {number:06d} {chance.choice(['', 'tool: '])}sleep:{chance.uniform(0, 1.5):.1f}"
            event = until(f"Synapse to take {text}", 300, lambda: self._send(room, text, f"breaker{number}"), pause=0.5)
            self.asked.append(Asked(room, text, event))

    @staticmethod
    def _send(room, text, transaction):
        try:
            return room.person.send(room.id, text, transaction)
        except (requests.RequestException, AssertionError):
            return None  # not acknowledged; it may be in the room all the same


def run(cluster, rooms, seconds, seed):
    """Breaks, writes and moves for that long, then mends everything; what was asked, and what was done."""
    breaker = Breaker(cluster, rooms, seed)
    people = People(rooms, seed, breaker.over)
    with ThreadPoolExecutor(BREAKERS + 1 + len(rooms)) as together:
        working = [together.submit(breaker.work, number) for number in range(BREAKERS)]
        working.append(together.submit(breaker.move_rooms))
        working += [together.submit(people.write, room) for room in rooms]
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not any(work.done() for work in working):
            time.sleep(0.2)
        breaker.over.set()
        for work in working:
            work.result()
    return breaker, people.asked


def check(cluster, breaker, asked):
    """Each message is answered exactly once, in its room, by who had the room when it was asked, in order; or it is a dead letter of which the room was told."""
    rows = {row[0]: SimpleNamespace(event=row[0], state=row[1], agent=row[2], user=row[3], asked_at=float(row[4] or 0), seq=int(row[5]), received_at=float(row[6]),
                                    told=row[7] == "t", posts=row[8], reason=row[9])
            for row in _table(cluster, "SELECT event_id, state, agent_id, agent_user, extract(epoch FROM asked_at), seq,"
                              " extract(epoch FROM received_at),"
                              " told, posts, replace(reason, '|', '/')"
                              " FROM router.inbox CROSS JOIN LATERAL (SELECT bool_and(state = 'sent') AS told, string_agg(concat_ws(' ', state, sender, replace(reason, '|', '/')), ', ') AS posts"
                              " FROM router.outbox WHERE source = inbox.event_id || '/' || generation) answer")}
    assert [one for one in asked if one.event not in rows] == [], "messages that Synapse took and the router never got"
    by_text = {one.text: rows[one.event] for one in asked}
    ends = Counter(row.state for row in by_text.values())
    assert set(ends) <= {"answered", "dead"}, ends
    assert [row for row in by_text.values() if row.state == "dead" and not row.told] == [], "dead letters of which nobody was told"

    by_room = defaultdict(list)
    for one in asked:
        by_room[one.room.id].append(one)
    for questions in by_room.values():
        said = [(event["sender"], event["content"]["body"].removeprefix("echo: ")) for event in sent_by_router(questions[0].room, "m.text")]
        assert [text for text, times in Counter(text for _, text in said).items() if times > 1] == [], "doubled answers"
        answered = sorted((by_text[one.text].seq, by_text[one.text].user, one.text) for one in questions if by_text[one.text].state == "answered")
        expected = [(user, text) for _, user, text in answered]
        assert [answer for answer in said if answer in set(expected)] == expected, "answers that are missing, in another order or by another agent"
        assert [text for _, text in said if text not in by_text or by_text[text].event not in {one.event for one in questions}] == [], "answers of another room"
        _check_room(questions[0].room, [rows[one.event] for one in questions], [by_text[text] for _, text in said])

    _check_turns(cluster, breaker, by_text)
    _check_owners(cluster, asked, rows)
    return ends


def _check_room(room, asked, answered):
    """By the room alone: it reads of each dead letter once, and its answers have the order of its questions, but for what the homeserver sent late or had forgotten."""
    notices = Counter(event["content"].get("org.matrixletta.source", {}).get("source", "").rsplit("/", 1)[0] for event in sent_by_router(room, "m.notice"))
    assert {row.event: notices[row.event] for row in asked if notices[row.event] != (row.state == "dead")} == {}, "dead letters of which the room does not read exactly once"
    place = {event["event_id"]: number for number, event in enumerate(room.person.read(room.id))}
    early = [(one.event, two.event) for one, two in itertools.combinations(answered, 2)
             if place[two.event] < place[one.event] and two.received_at <= one.received_at]
    assert early == [], "answers that came before those to earlier questions"


def _check_turns(cluster, breaker, by_text):
    kept = Counter(text for agent in {row.agent for row in by_text.values() if row.agent} for text in cluster.letta.asked(agent))
    assert {text: times for text, times in kept.items() if times > 1} == {}, "turns that Letta remembers more than once"
    assert [text for text, row in by_text.items() if row.state == "answered" and kept[text] != 1] == [], "answers without a turn"
    assert cluster.letta.asked(cluster.default_agent) == [], "turns of the default agent"
    spans = defaultdict(list)
    # A turn lasts from its first request to its last, and through the tool calls between them.
    for agent, text, after_tool, begun, ended in sorted(cluster.model.spans, key=lambda span: span[3]):
        if text in by_text:
            turn = next((turn for turn in reversed(spans[agent]) if turn[2] == text), None) if after_tool else None
            if turn is None:
                turn = [begun, ended, text]
                spans[agent].append(turn)
            # With Letta its turns end; the model is not told.
            turn[1] = min([ended, *(at for at in breaker.letta_killed if at > begun)])
    for agent, turns in spans.items():
        overlapping = [(one[2], two[2]) for one, two in itertools.pairwise(turns) if two[0] < one[1]]
        assert overlapping == [], f"turns of {agent} at the same time"


def _check_owners(cluster, asked, rows):
    owners = defaultdict(list)
    for at, agent, room in _table(cluster, "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)), agent_id, room_id FROM public.owned WHERE room_id IS NOT NULL"):
        owners[room].append((float(at), agent))
    strangers = []
    for one in asked:
        row = rows[one.event]
        if row.asked_at:
            since = sorted(owners[one.room.id])
            before = [agent for at, agent in since if at <= row.asked_at][-1:]
            if row.agent not in before + [agent for at, agent in since if row.asked_at < at < row.asked_at + CLAIM_SECONDS]:
                strangers.append((one.text, row.agent, before))
    assert strangers == [], "messages that were asked of an agent which did not have their room"


def _table(cluster, sql):
    return [line.split("|") for line in cluster.postgres.ask(cluster.database, sql)]
