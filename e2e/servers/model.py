"""A stand-in for a language model: the OpenAI chat-completions wire, so that a real Letta can run without one."""
import json
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


def numbers(length):
    """A text of that many characters in which order shows: 1 2 3 …"""
    return " ".join(map(str, range(1, length)))[:length]


class Model(ThreadingHTTPServer):
    """Answers "echo: T" to a person's text T. Words in T change that:

    sleep:SECONDS    answers after that time
    hold:NAME        answers when release(NAME) is called
    long:N           answers numbers(N)
    tool:            calls a tool, without a word, before it answers
    tool-then:CODE   says "echo: T", calls a tool, and answers what Letta asks next with that HTTP status
    tool-wait:NAME   the same, but answers that when release(NAME) is called
    """
    daemon_threads = True
    request_queue_size = 100

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Request)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.asked = []  # the text of each turn's first request; what Letta asks after a tool call is the same turn
        self.spans = []  # of each answered request the name of the agent, the text, whether a tool call came before it in its turn, and when it was begun and ended
        self.held = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def turns(self, question):
        """How many turns were begun for a question."""
        return sum(question in text for text in list(self.asked))

    def release(self, name):
        self._gate(name).set()

    def wait(self, name):
        self._gate(name).wait()

    def _gate(self, name):
        return self.held.setdefault(name, threading.Event())

    def handle_error(self, request, client_address):
        """Letta was killed while it waited: nobody is left to be told."""


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *ignored):
        pass

    def do_GET(self):
        self._answer(200, {"object": "list", "data": [{"id": "stand-in", "object": "model", "created": 1, "owned_by": "tests"}]})

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        after_tool = request["messages"][-1]["role"] == "tool"
        text = _text(request["messages"])
        begun = time.time()
        if not after_tool:
            self.server.asked.append(text)
        if match := re.search(r"\bsleep:([\d.]+)", text):
            time.sleep(float(match[1]))
        if match := re.search(r"\bhold:(\w+)", text):
            self.server.wait(match[1])
        message = {"role": "assistant", "content": "echo: " + text}
        if match := re.search(r"\blong:(\d+)", text):
            message["content"] = numbers(int(match[1]))
        if match := re.search(r"\btool-(then|wait):(\w+)", text):
            if after_tool and match[1] == "then":
                self._answer(int(match[2]), {"error": {"message": "as asked", "type": "stand-in", "code": match[2]}})
                return
            if after_tool:
                self.server.wait(match[2])
            else:
                message["tool_calls"] = [_call()]
        if "tool:" in text and not after_tool:
            message |= {"content": None, "tool_calls": [_call()]}
        self.server.spans.append((unquote(self.path.split("/")[2]), text, after_tool, begun, time.time()))  # /v1/AGENT/chat/completions
        self._answer(200, {"id": "chatcmpl-1", "object": "chat.completion", "created": int(time.time()), "model": request.get("model"),
                           "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
                           "choices": [{"index": 0, "message": message,
                                        "finish_reason": "tool_calls" if "tool_calls" in message else "stop"}]})

    def _answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _call():
    # Letta leaves out of what it tells the model a call whose id it has seen before
    return {"id": f"call-{uuid.uuid4()}", "type": "function", "function": {
        "name": "core_memory_append", "arguments": json.dumps({"label": "human", "content": "asked"})}}


def _text(messages):
    """What the person wrote last; Letta wraps it in a JSON envelope."""
    content = next(message["content"] for message in reversed(messages) if message["role"] == "user")
    if isinstance(content, list):
        content = " ".join(part.get("text") or "" for part in content)
    try:
        return json.loads(content)["message"]
    except (ValueError, KeyError, TypeError):
        return content
