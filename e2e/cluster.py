"""Two routers on one store, and a gate on each way between them and what they need."""
import contextlib
import subprocess
from types import SimpleNamespace

import pytest

from installation import Installation
from servers.gate import Gate
from servers.postgres import Postgres
from servers.process import DATA, free_port
from servers.router import Router
from servers.synapse import Synapse

DISK = 400_000_000  # bytes that the database of the routers has

# Who had which room since when, as the table itself tells: a check must not rest on what the router says of itself.
WATCH_OWNERS = """
CREATE TABLE owned (agent_id text, room_id text);
CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.owned VALUES (NEW.agent_id, NEW.room_id); RETURN NEW; END $$;
CREATE TRIGGER own AFTER INSERT OR UPDATE ON agent_mappings FOR EACH ROW EXECUTE FUNCTION own();
"""


class Disk:
    """A small disk of its own for the router's database, where the machine lets us make one."""

    def __init__(self, folder):
        self.folder = folder
        self.is_own = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", folder], capture_output=True).returncode == 0
        self.ballast = folder / "ballast"

    def fill(self):
        with contextlib.suppress(OSError), open(self.ballast, "wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(1 << 16))

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def release(self):
        if self.is_own:
            subprocess.run(["umount", "-l", self.folder], check=True)


class Cluster(Installation):
    """One homeserver, one Letta, one store, two routers; a gate on each way between them."""

    def __init__(self, peers_postgres, letta, model, default_agent):
        self.name = "cluster"
        folder = DATA / "postgres-cluster"
        folder.mkdir()
        self.disk = Disk(folder)
        self.postgres = Postgres("postgres-cluster", track_commit_timestamp="on", max_wal_size="64MB", min_wal_size="32MB")
        self.letta, self.model, self.default_agent = letta, model, default_agent
        self.database = "router_cluster"
        ports = free_port(), free_port()
        doors = [Gate(free_port(), port) for port in ports]
        self.to_routers = Gate(free_port(), *(door.port for door in doors))
        self.to_letta = Gate(free_port(), int(letta.url.rsplit(":", 1)[1]))
        self.to_database = Gate(free_port(), self.postgres.port)
        peers_postgres.create("synapse_cluster")
        self.synapse = Synapse("synapse-cluster", f"{{name: psycopg2, args: {{host: 127.0.0.1, port: {peers_postgres.port}, user: tests, "
                               "dbname: synapse_cluster}}", self.to_routers.url)
        database_url = f"postgresql://tests@127.0.0.1:{self.to_database.port}/{self.database}"
        self.routers = [Router(f"router-cluster-{number}", port, door, database_url, self.synapse, SimpleNamespace(url=self.to_letta.url), default_agent)
                        for number, (port, door) in enumerate(zip(ports, doors), 1)]
        self.router = self.routers[0]
        for router in self.routers[1:]:
            router.process.environment["MAPPINGS_FILE"] = str(self.router.mappings_file)

    def start(self):
        self.postgres.start()
        self.postgres.create(self.database)
        for gate in (self.to_database, self.to_letta, self.to_routers):
            gate.open()
        self.synapse.start()
        for router in self.routers:
            router.start()
        self.postgres.ask(self.database, WATCH_OWNERS)

    def stop(self):
        for part in (*self.routers, self.synapse, self.postgres):
            with contextlib.suppress(Exception, pytest.fail.Exception):
                part.stop()
        self.disk.release()

    def open_shared_rooms(self, count, tools=()):
        """Rooms in each of which every agent is, so that a room may be given to any of them."""
        rooms = self.open_rooms(count, tools)
        for room in rooms:
            for other in rooms:
                if other is not room:
                    self.bring(other.agent, room)
        return rooms

    def settled(self):
        """Whether nothing is left to do."""
        return self.postgres.ask(self.database, "SELECT (SELECT count(*) FROM router.inbox WHERE state IN ('waiting', 'asking', 'unknown'))"
                                 " + (SELECT count(*) FROM router.outbox WHERE state IN ('waiting', 'sending'))") == ["0"]
