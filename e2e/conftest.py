"""The servers, shared by all tests: one Letta, and one router with a Synapse on SQLite."""
import contextlib

import pytest

pytest.register_assert_rewrite("breaker", "ledger", "servers")  # so that a failed assertion there shows what differs

from cluster import Cluster
from installation import Installation
from servers.browser import Browser
from servers.letta import Letta
from servers.model import Model
from servers.postgres import Postgres
from servers.process import LOGS

SQLITE = "{name: sqlite3, args: {database: homeserver.db}}"


@pytest.fixture(scope="session")
def logs():
    LOGS.mkdir(exist_ok=True)
    for log in LOGS.iterdir():
        log.unlink()


@contextlib.contextmanager
def running(server):
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def peers_postgres(logs):
    """What Letta, and a Synapse that does not use SQLite, keep their data in."""
    with running(Postgres("postgres-peers")) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def router_postgres(logs):
    with running(Postgres("postgres-router")) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def model():
    return Model()


@pytest.fixture(scope="session")
def letta(peers_postgres, model):
    with running(Letta(peers_postgres, model)) as letta:
        yield letta


@pytest.fixture(scope="session")
def default_agent(letta):
    return letta.create_agent("Default")


@pytest.fixture(scope="session")
def installation_on_sqlite(router_postgres, letta, model, default_agent):
    with running(Installation("sqlite", SQLITE, router_postgres, letta, model, default_agent)) as installation:
        yield installation


@pytest.fixture(scope="module")
def installation_on_postgresql(peers_postgres, router_postgres, letta, model, default_agent):
    peers_postgres.create("synapse")
    database = f"{{name: psycopg2, args: {{host: 127.0.0.1, port: {peers_postgres.port}, user: tests, dbname: synapse}}}}"
    with running(Installation("postgresql", database, router_postgres, letta, model, default_agent)) as installation:
        yield installation


@pytest.fixture
def installation(installation_on_sqlite):
    return installation_on_sqlite


@pytest.fixture(scope="session")
def cluster(peers_postgres, letta, model, default_agent):
    """Two routers on one store."""
    with running(Cluster(peers_postgres, letta, model, default_agent)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def browser(logs):
    with running(Browser()) as browser:
        yield browser
