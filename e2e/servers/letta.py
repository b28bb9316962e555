"""A real Letta server (0.16.8, the last with the REST interface)."""
import signal
import subprocess
from urllib.parse import quote

import requests

from servers.process import INSTALLED, LOGS, Process, answers, free_port, until

# The package ships no migrations: its tables come from its own models.
CREATE_TABLES = """
import asyncio, os
import letta.orm
from letta.orm.base import Base
from sqlalchemy.ext.asyncio import create_async_engine

async def create_tables():
    engine = create_async_engine(os.environ["LETTA_PG_URI"].replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)

asyncio.run(create_tables())
"""


class Letta:

    def __init__(self, postgres, model):
        self.model = model
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = Process("letta", [INSTALLED / "letta/bin/letta", "server", "--port", port],
                               {"LETTA_PG_URI": f"{postgres.create('letta')}?ssl=disable",
                                # else it opens a connection for each of a turn's fifty queries
                                "LETTA_DISABLE_SQLALCHEMY_POOLING": "false",
                                # with Python's own loop one connection in thousands hangs, and Letta forgets the turn
                                "LETTA_USE_UVLOOP": "true",
                                # else it asks the model again, whose requests are counted
                                "LETTA_LLM_REQUEST_TIMEOUT_SECONDS": "600",
                                "OPENAI_API_KEY": "none", "OPENAI_API_BASE": model.url})
        postgres.ask("letta", "CREATE EXTENSION vector")
        with open(LOGS / "letta.log", "ab") as log:
            subprocess.run([INSTALLED / "letta/bin/python", "-c", CREATE_TABLES], env=self.process.environment, cwd=self.process.folder,
                           stdout=log, stderr=log, check=True)
        postgres.ask("letta", "CREATE SEQUENCE message_seq_id")
        postgres.ask("letta", "ALTER TABLE messages ALTER sequence_id SET DEFAULT nextval('message_seq_id')")

    def start(self):
        self.process.start()
        self.process.started(300, lambda: answers(f"{self.url}/v1/health/"))

    def kill(self):
        self.process.end(signal.SIGKILL)

    stop = kill  # asked politely it takes its time, and it has nothing to finish

    def create_agent(self, name, tools=()):
        return self._call("POST", "/v1/agents/", json={
            "name": name, "agent_type": "letta_v1_agent", "include_base_tools": False, "tools": list(tools),
            "memory_blocks": [{"label": "human", "value": "a person"}],
            "llm_config": {"model": "stand-in", "model_endpoint_type": "openai", "model_endpoint": f"{self.model.url}/{quote(name)}",
                           "context_window": 128000, "put_inner_thoughts_in_kwargs": False}})["id"]

    def asked(self, agent_id):
        """What people's texts the agent has in its history, oldest first: one for each turn that was kept."""
        texts, page = [], self._messages(agent_id)
        while page:
            texts += [message["content"] for message in page if message["message_type"] == "user_message"]
            page = self._messages(agent_id, after=page[-1]["id"])
        return texts

    def _messages(self, agent_id, **where):
        return self._call("GET", f"/v1/agents/{agent_id}/messages", params={"limit": 1000, "order": "asc", **where})

    def _call(self, method, path, **what):
        def answer():
            answer = requests.request(method, self.url + path, timeout=60, **what)
            assert answer.status_code in (200, 500), answer.text
            return [answer.json()] if answer.status_code == 200 else None
        return until("an answer of Letta's other than 500: a busy one has them now and then", 60, answer)[0]
