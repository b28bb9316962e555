"""A door in front of a server: what is asked goes through, what is answered can be kept back."""
import contextlib
import socket
import threading


class Gate:
    """Kept back, an answer makes the moment exact at which one side has done its part and the other does not know it."""

    def __init__(self, port, behind):
        self.port = port
        self.behind = behind
        self.url = f"http://127.0.0.1:{port}"
        self.answers_pass = threading.Event()
        self.answers_pass.set()
        self.door = None

    def open(self):
        self.door = socket.create_server(("127.0.0.1", self.port), backlog=100)
        threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()

    def shut(self):
        """Refuses connections, as the port of a server that does not run."""
        if self.door:
            with contextlib.suppress(OSError):
                self.door.shutdown(socket.SHUT_RDWR)  # a close alone would leave the waiting accept
            self.door.close()

    @contextlib.contextmanager
    def answers_kept_back(self):
        self.answers_pass.clear()
        try:
            yield
        finally:
            self.answers_pass.set()

    def _serve(self, door):
        with contextlib.suppress(OSError):  # the door was shut
            while True:
                asking, _ = door.accept()
                try:
                    answering = socket.create_connection(("127.0.0.1", self.behind))
                except OSError:
                    asking.close()
                    continue
                threading.Thread(target=self._pass, args=(asking, answering), daemon=True).start()
                threading.Thread(target=self._pass, args=(answering, asking, self.answers_pass), daemon=True).start()

    @staticmethod
    def _pass(source, target, may_pass=None):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if may_pass:
                    may_pass.wait()
                target.sendall(data)
        for end in (source, target):  # wakes the other direction, too
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
