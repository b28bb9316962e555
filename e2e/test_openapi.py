"""The OpenAPI document against the service that serves it: whatever is sent to a path, the answer is no error of the router."""
import subprocess

import pytest
import requests

from conftest import SQLITE, running
from installation import Installation
from servers.process import DATA, INSTALLED

# A route that is stopped would leave the others untried; health answers 503 where that is so, as it is when all mappings are gone.
LEFT_OUT = ["--exclude-operation-id", "api-post-route", "--exclude-operation-id", "api-get-health"]
OF_THE_HOMESERVER = "^/_matrix/"


@pytest.fixture(scope="module")
def router(router_postgres, letta, model, default_agent):
    """One whose mappings and messages nobody else looks at."""
    with running(Installation("openapi", SQLITE, router_postgres, letta, model, default_agent)) as installation:
        yield installation.router


def attack(router, token, *which):
    document = DATA / "openapi.json"
    document.write_text(requests.get(f"{router.url}/openapi.json", headers={"Authorization": f"Bearer {router.key}"}, timeout=30).text)
    run = subprocess.run([INSTALLED / "schemathesis" / "bin" / "schemathesis", "run", document, "--url", router.url,
                          "--header", f"Authorization: Bearer {token}", "--checks", "not_a_server_error,content_type_conformance",
                          "--phases", "coverage,fuzzing", "--max-examples", "10", "--max-time", "20", "--request-timeout", "30", "--continue-on-failure",
                          "--generation-database", "none", "--no-color", *which], cwd=DATA, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_request_of_an_operator_is_answered_by_an_error_of_the_router(router):
    attack(router, router.key, *LEFT_OUT, "--exclude-path-regex", OF_THE_HOMESERVER)


def test_no_request_of_a_homeserver_is_answered_by_an_error_of_the_router(router):
    attack(router, router.hs_token, "--include-path-regex", OF_THE_HOMESERVER)
