"""A real Synapse homeserver that knows the router as an application service."""
import secrets
import signal

import requests

from servers.gate import Gate
from servers.process import INSTALLED, Process, answers, free_port

SERVER_NAME = "test.local"


class Synapse:

    def __init__(self, name, database, router_url):
        """`database`: the value of Synapse's own setting."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.to_router = Gate(free_port(), port)  # what the router is told to call
        self.as_token = secrets.token_hex(24)
        self.hs_token = secrets.token_hex(24)
        python = INSTALLED / "synapse/bin/python"
        self.process = Process(name, [python, "-m", "synapse.app.homeserver", "-c", "homeserver.yaml"])
        self.folder = self.process.folder
        self._write("registration.yaml", f"""
id: letta
url: {router_url}
as_token: {self.as_token}
hs_token: {self.hs_token}
sender_localpart: letta
rate_limited: false
io.element.msc4190: true
namespaces: {{users: [{{exclusive: true, regex: '@agent_.*:test\\.local$'}}], aliases: [], rooms: []}}
""")
        unlimited = "{per_second: 10000, burst_count: 10000}"
        self._write("homeserver.yaml", f"""
server_name: {SERVER_NAME}
public_baseurl: {self.url}/
listeners: [{{port: {port}, type: http, tls: false, bind_addresses: ['127.0.0.1'], resources: [{{names: [client]}}]}}]
database: {database}
media_store_path: media
signing_key: ed25519 tests {_signing_key()}
log_config: log.yaml
trusted_key_servers: []
report_stats: false
enable_registration: true
enable_registration_without_verification: true
bcrypt_rounds: 4
macaroon_secret_key: only-for-tests
form_secret: only-for-tests
presence: {{enabled: false}}
app_service_config_files: [registration.yaml]
rc_message: {unlimited}
rc_registration: {unlimited}
rc_joins: {{local: {unlimited}, remote: {unlimited}}}
rc_joins_per_room: {unlimited}
rc_invites: {{per_room: {unlimited}, per_user: {unlimited}, per_issuer: {unlimited}}}
rc_room_creation: {unlimited}
""")
        self._write("log.yaml", """
version: 1
formatters: {line: {format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}
handlers: {console: {class: logging.StreamHandler, formatter: line}}
root: {level: INFO, handlers: [console]}
disable_existing_loggers: false
""")

    def start(self):
        self.process.start()
        self.process.started(180, lambda: answers(f"{self.url}/health"))
        self.to_router.open()

    def stop(self):
        self.to_router.shut()
        self.process.end()

    def kill(self):
        self.to_router.shut()
        self.process.end(signal.SIGKILL)

    def register_person(self, name):
        answer = self._call("POST", "register", {"username": name, "password": secrets.token_hex(8),
                                                 "auth": {"type": "m.login.dummy"}})
        return Account(self, answer["user_id"], answer["access_token"])

    def register_agent(self, name):
        """A user in the application service's namespace."""
        user = self._call("POST", "register", {"type": "m.login.application_service", "username": f"agent_{name}", "inhibit_login": True},
                          self.as_token)["user_id"]
        return Account(self, user, self.as_token, {"user_id": user})

    def _call(self, method, path, body=None, token=None, parameters=None):
        answer = requests.request(method, f"{self.url}/_matrix/client/v3/{path}", params=parameters, json=body, timeout=60,
                                  headers={"Authorization": f"Bearer {token}"} if token else {})
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _write(self, name, text):
        (self.folder / name).write_text(text.lstrip())


class Account:
    """A user of the homeserver, and what it does there."""

    def __init__(self, synapse, user, token, parameters=None):
        self.synapse = synapse
        self.user = user
        self.token = token
        self.parameters = parameters or {}

    def create_room(self, *invited):
        return self._call("POST", "createRoom", {"preset": "private_chat", "invite": list(invited)})["room_id"]

    def invite(self, room, user):
        self._call("POST", f"rooms/{_segment(room)}/invite", {"user_id": user})

    def join(self, room):
        self._call("POST", f"rooms/{_segment(room)}/join", {})

    def kick(self, room, user):
        self._call("POST", f"rooms/{_segment(room)}/kick", {"user_id": user})

    def send(self, room, body, transaction=None, **content):
        """The event id. Within one transaction the homeserver takes a message once, however often it is sent."""
        path = f"rooms/{_segment(room)}/send/m.room.message/{transaction or secrets.token_hex(8)}"
        return self._call("PUT", path, {"msgtype": "m.text", "body": body, **content})["event_id"]

    def read(self, room):
        """The room's messages, oldest first."""
        messages, start = [], None
        while True:
            page = self._call("GET", f"rooms/{_segment(room)}/messages", None,
                              {"dir": "f", "limit": 1000, "filter": '{"types":["m.room.message"]}'} | ({"from": start} if start else {}))
            messages += page["chunk"]
            start = page.get("end")
            if not start or not page["chunk"]:
                return messages

    def _call(self, method, path, body=None, parameters=None):
        return self.synapse._call(method, path, body, self.token, self.parameters | (parameters or {}))


def _segment(text):
    return requests.utils.quote(text, safe="")


def _signing_key():
    from signedjson.key import encode_signing_key_base64, generate_signing_key
    return encode_signing_key_base64(generate_signing_key("tests"))
