"""A door in front of a server: what is asked goes through; answers can be kept back, connections slowed and cut."""
import contextlib
import random
import socket
import threading
import time


class Gate:
    """Kept back, an answer makes the moment exact at which one side has done its part and the other does not know it.

    Behind it may be several servers that do the same: each connection goes to one of those that run."""

    def __init__(self, port, *behind):
        self.port = port
        self.behind = behind
        self.delay = 0
        self.ends = set()
        self.url = f"http://127.0.0.1:{port}"
        self.answers_pass = threading.Event()
        self.answers_pass.set()
        self.instead = None
        self.door = None

    def open(self):
        if self.door:
            return
        self.door = socket.create_server(("127.0.0.1", self.port), backlog=100)
        threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()

    def shut(self):
        """Refuses connections, as the port of a server that does not run."""
        if self.door:
            with contextlib.suppress(OSError):
                self.door.shutdown(socket.SHUT_RDWR)  # a close alone would leave the waiting accept
            self.door.close()
            self.door = None

    @contextlib.contextmanager
    def answers_kept_back(self):
        self.answers_pass.clear()
        try:
            yield
        finally:
            self.answers_pass.set()

    @contextlib.contextmanager
    def answering(self, status):
        """Puts an HTTP answer of its own in the place of each, as a proxy does that has lost patience."""
        self.instead = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        try:
            yield
        finally:
            self.instead = None

    def slow(self, seconds):
        """So long each piece waits from now on."""
        self.delay = seconds

    def cut(self):
        """Ends every connection, whatever is under way on it; new ones may be made."""
        for end in list(self.ends):
            _shut(end)

    def _serve(self, door):
        with contextlib.suppress(OSError):  # the door was shut
            while True:
                asking, _ = door.accept()
                answering = self._reach()
                if answering is None:
                    asking.close()
                    continue
                self.ends |= {asking, answering}
                threading.Thread(target=self._pass, args=(asking, answering), daemon=True).start()
                threading.Thread(target=self._pass, args=(answering, asking, self.answers_pass), daemon=True).start()

    def _reach(self):
        for port in random.sample(self.behind, len(self.behind)):
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", port))

    def _pass(self, source, target, may_pass=None):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if may_pass:
                    may_pass.wait()
                time.sleep(self.delay)
                if may_pass and self.instead:
                    target.sendall(self.instead)
                    break
                target.sendall(data)
        for end in (source, target):  # wakes the other direction, too
            _shut(end)
        self.ends.discard(source)


def _shut(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
