"""Where workers stop and say so: they knock at a port of the test, and wait to be let on."""

import os
import queue
import socket
import threading
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


def stand_at(port: int, place: str) -> None:
    """Within a worker: say where this process stands, and go on only when the test says so."""
    with socket.create_connection((LOOPBACK, port)) as knock:
        knock.sendall(f"{place} {os.getpid()}\n".encode())
        knock.recv(1)


@dataclass
class Gate:
    """The test's side. Once opened, everybody is let on who comes later."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server((LOOPBACK, 0)))
    arrivals: "queue.Queue[tuple[str, int]]" = field(default_factory=queue.Queue)
    is_open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        threading.Thread(target=self._take_in, daemon=True).start()

    @property
    def port(self) -> int:
        """Where workers knock."""
        return int(self.listener.getsockname()[1])

    def close(self) -> None:
        """Let everybody on and take nobody in any more."""
        self.is_open.set()
        self.listener.close()

    def _take_in(self) -> None:
        while True:
            try:
                visitor, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(visitor,), daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        with visitor, visitor.makefile("r") as lines:
            place, _, number = lines.readline().partition(" ")
            if not number:
                return  # it died on its way here
            self.arrivals.put((place, int(number)))
            self.is_open.wait()
            try:
                visitor.sendall(b".")
            except OSError:
                return  # it was killed while it stood here
