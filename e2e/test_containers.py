"""docker-compose.yml and the image, as the README says to use them."""
import json
import re
import secrets
import stat

import pytest

from servers.containers import Clone, Engine, readme_blocks
from servers.process import free_port, until

AGENT = "agent-00000000-0000-4000-8000-000000000001"
MAPPINGS = {AGENT: {"agent_name": "BMO", "matrix_user_id": "@agent_bmo:demo.local", "room_id": "!cooking:demo.local"}}
BEGIN, COMMANDS, TRIAL, _, TALK = readme_blocks()


@pytest.fixture(scope="module")
def engine(logs):
    engine = Engine()
    engine.clear()
    try:
        yield engine
    finally:
        engine.clear()


@pytest.fixture(scope="module")
def base(engine):
    """Router and database, with nothing set but what .env.example asks for."""
    clone = Clone(engine, "base")
    clone.run("cp .env.example .env")
    clone.set(POSTGRES_PASSWORD=secrets.token_hex(32), ROUTER_API_KEY=secrets.token_hex(32))
    clone.publish_on_free_ports()
    clone.run("docker compose up -d")
    clone.ready()
    clone.drop(json.dumps(MAPPINGS))
    until("the mapping in the table", 30, lambda: AGENT in clone.router("list"), pause=0.5)
    return clone


@pytest.fixture(scope="module")
def trial(engine):
    """What the README has by its own commands, from the clone to the agent's invitation."""
    clone = Clone(engine, "trial")
    build, init, _ = BEGIN.splitlines()
    clone.run(build)
    clone.run(init)
    clone.publish_on_free_ports()
    assert "@you:demo.local is invited" in clone.run(clone.at_its_ports(TRIAL))
    return clone


def test_compose_names_the_secret_that_is_missing(engine):
    clone = Clone(engine, "bare")
    for missing, other in (("POSTGRES_PASSWORD", "ROUTER_API_KEY"), ("ROUTER_API_KEY", "POSTGRES_PASSWORD")):
        clone.run("cp .env.example .env")
        clone.set(**{other: secrets.token_hex(32)})
        said = clone.run("docker compose up -d", exit_code=None)
        assert missing in said and "openssl rand -hex 32" in said
        assert clone.run("docker ps --all --quiet --filter name=bare_") == ""


def test_a_dropped_file_becomes_rows(base):
    assert base.router("list") == f"BMO: !cooking:demo.local -> {AGENT}\n"


def test_every_command_of_the_chapter_runs_as_it_is_written(base):
    lines = [line for line in COMMANDS.splitlines() if line.startswith("docker compose exec router router ")]
    assert len(lines) >= 2
    said = {line.rsplit(" ", 1)[1]: base.run(line) for line in lines}
    assert "✅ All mappings are in sync!" in said["verify"]
    assert AGENT in said["list"]


def test_the_router_has_no_rights(base):
    status = base.run("docker compose exec router cat /proc/1/status")
    field = dict(re.findall(r"^(\w+):\s+(.*)$", status, re.MULTILINE))
    assert field["Uid"].split() == ["10001"] * 4
    assert {field[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert field["NoNewPrivs"] == "1"
    assert "Read-only file system" in base.run("docker compose exec router touch /x", exit_code=1)


def test_the_database_is_not_published_and_the_router_on_loopback_only(base):
    assert base.run("docker port base_database_1") == ""
    assert base.run("docker port base_router_1") == f"8004/tcp -> 127.0.0.1:{base.port}\n"


def test_it_stops_in_order_and_keeps_its_data(base):
    base.run("docker compose stop router")
    assert base.inspect("router", "{{.State.ExitCode}}") == "0"
    base.run("docker compose down")
    (base.folder / "matrix_client_data/agent_user_mappings.json").unlink()
    base.run("docker compose up -d")
    base.ready()
    assert AGENT in base.router("list")


def test_a_homeserver_in_the_network_of_another_project_reaches_the_router(base):
    base.run("docker network create another_project")
    base.set(MATRIX_NETWORK="another_project")
    base.run("COMPOSE_FILE=docker-compose.yml:docker-compose.matrix-network.yml docker compose up -d --force-recreate")
    base.ready()
    said = base.run("docker run --rm --network another_project localhost/e2e/root bash -c "
                    "'exec 3<>/dev/tcp/router/8004; printf \"GET /health HTTP/1.0\\r\\n\\r\\n\" >&3; cat <&3'")
    assert '"healthy"' in said


def test_prometheus_of_the_profile_wants_the_read_key_and_reads_the_router_with_it(base):
    port = free_port()
    base.set(PROMETHEUS_PORT=port)
    start = "docker compose --profile monitoring up -d --force-recreate router prometheus"
    base.run(start)
    until("what it lacks", 30, lambda: "ROUTER_READ_KEY: set it in .env" in base.run("docker compose --profile monitoring logs prometheus 2>&1 || true"))
    # podman cannot stop, and so not replace, what has just ended and starts again
    until("it to be gone", 30, lambda: base.run("docker rm --force base_prometheus_1 > /dev/null 2>&1 || true; docker ps --all --quiet --filter name=base_prometheus_1") == "", pause=1)
    base.set(ROUTER_READ_KEY=secrets.token_hex(32))
    base.run(start)
    query = f"curl -sf 'http://127.0.0.1:{port}/api/v1/query?query=router_store_up' || docker compose --profile monitoring logs --tail 5 prometheus 2>&1"
    until(lambda: f"a scrape; {base.run(query)}", 120, lambda: '"1"]' in base.run(query), pause=2)


def test_init_makes_secrets_of_its_own_and_never_overwrites(trial):
    env = trial.folder / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    made = re.findall(r"^(\w+)=([0-9a-f]{64})$", env.read_text(), re.MULTILINE)
    assert {name for name, _ in made} == {"POSTGRES_PASSWORD", "ROUTER_API_KEY", "ROUTER_READ_KEY", "MATRIX_AS_TOKEN", "MATRIX_HS_TOKEN", "GRAFANA_PASSWORD"}
    assert len({secret for _, secret in made}) == len(made)
    before = env.read_text()
    assert "left as it is" in trial.run(BEGIN.splitlines()[1], exit_code=2)
    assert env.read_text() == before


def test_a_message_is_answered(trial):
    talk = trial.at_its_ports(TALK)
    trial.run(talk)
    read = talk.split("curl -s -X POST")[0] + talk.split("sleep 3\n")[1]
    until("the answer", 60, lambda: '"body":"Echo, not Letta: hi"' in trial.run(read), pause=1)


def test_a_message_before_a_stop_is_answered_once(trial):
    talk = trial.at_its_ports(TALK).replace("/send/m.room.message/1", "/send/m.room.message/2").replace('"hi"', '"again"')
    before, after = talk.split("sleep 3\n")
    trial.run(f"{before}\ndocker compose stop router")
    assert trial.inspect("router", "{{.State.ExitCode}}") == "0"
    trial.run("docker compose up -d")
    trial.ready()
    read = before.split("curl -s -X POST")[0] + after.replace("limit=1", "limit=20")
    until("the answer", 60, lambda: "Echo, not Letta: again" in trial.run(read), pause=1)
    assert trial.run(read).count("Echo, not Letta: again") == 1


def test_the_homeserver_says_that_its_name_is_final_and_holds_to_it(trial):
    assert "This homeserver is demo.local from now on" in trial.run("docker compose logs synapse-setup 2>&1")
    trial.set(MATRIX_SERVER_NAME="other.local")
    said = trial.run("docker compose run --rm --no-deps synapse-setup", exit_code=2)
    assert "A homeserver cannot change its name" in said
    trial.set(MATRIX_SERVER_NAME="demo.local")
