"""The router under test: the jar, as an operator starts it."""
import json
import os
import secrets
import signal
import subprocess

import requests

from servers.process import DATA, Process, free_port
from servers.synapse import SERVER_NAME


class Router:

    def __init__(self, name, port, to_synapse, database_url, synapse, letta, default_agent):
        self.url = f"http://127.0.0.1:{port}"
        self.to_synapse = to_synapse
        self.hs_token = synapse.hs_token
        self.key = secrets.token_hex(24)
        self.read_key = secrets.token_hex(24)
        self.mappings = {}
        self.mappings_file = DATA / name / "agent_user_mappings.json"
        self.process = Process(name, ["java", "-Xmx256m", "-jar", os.environ["E2E_JAR"]], {
            "DATABASE_URL": database_url,
            "MAPPINGS_FILE": str(self.mappings_file),
            "MATRIX_HOMESERVER_URL": synapse.to_router.url,
            "MATRIX_SERVER_NAME": SERVER_NAME,
            "MATRIX_AS_ID": "letta",
            "MATRIX_AS_TOKEN": synapse.as_token,
            "MATRIX_HS_TOKEN": synapse.hs_token,
            "MATRIX_AGENT_PREFIX": "agent_",
            "MATRIX_BOT_LOCALPART": "letta",
            "ROUTER_URL": to_synapse.url,
            "ROUTER_API_KEY": self.key,
            "ROUTER_READ_KEY": self.read_key,
            "LETTA_API_URL": letta.url,
            "LETTA_AGENT_ID": default_agent,
            "API_PORT": str(port)})

    def start(self):
        self.process.start()
        self.to_synapse.open()
        self.process.started(180, lambda: self._get("/health") is not None)

    def stop(self):
        self.to_synapse.shut()
        self.process.end()

    def kill(self):
        self.to_synapse.shut()
        self.process.end(signal.SIGKILL)

    def command(self, *arguments, **environment):
        """What a command prints, as an operator runs it beside the service, with these variables replaced; and its exit code."""
        ended = subprocess.run(["java", "-jar", os.environ["E2E_JAR"], *arguments], env=self.process.environment | environment, cwd=self.process.folder,
                               capture_output=True, text=True, timeout=120)
        return ended.stdout, ended.returncode

    def hand_in(self, event):
        """The answer to an event that is handed in as the homeserver does."""
        return requests.put(f"{self.url}/_matrix/app/v1/transactions/{secrets.token_hex(8)}", json={"events": [event]}, timeout=60,
                            headers={"Authorization": f"Bearer {self.hs_token}"})

    def push(self, event):
        """Hands in what a Synapse refuses to relay."""
        answer = self.hand_in(event)
        assert (answer.status_code, answer.json()) == (200, {}), answer.text

    def drop_mappings(self):
        """Puts a new version of the file in its place, as an operator does."""
        draft = self.mappings_file.with_suffix(".draft")
        draft.write_text(json.dumps(self.mappings, indent=2))
        draft.rename(self.mappings_file)

    def holds_mappings(self):
        """Whether the table says what the file says."""
        answer = self._get("/agents/mappings")
        return answer is not None and {agent: row["room_id"] for agent, row in answer["mappings"].items()} == {
            agent: entry["room_id"] for agent, entry in self.mappings.items()}

    def _get(self, path):
        try:
            answer = requests.get(self.url + path, headers={"Authorization": f"Bearer {self.key}"}, timeout=10)
        except requests.RequestException:
            return None
        return answer.json() if answer.status_code == 200 else None
