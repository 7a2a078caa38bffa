"""Two lines out of a room, made here: a namespace for the room, one for the far end, and a router for each line.

The routers shape what goes up: a shaper in the room's own system would hold TCP back before its buffer is full. The far
end has one address, FAR, which every line leads to; the room's own way there is its main line. Nothing has a name in
the system: when the processes that hold the namespaces end, everything is gone.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rigcheck.errors import NotSeen
from rigcheck.uplink_state import UplinkTrace

FAR = "10.99.0.1"
PORT = 8080
PAYLOAD = 1448 / 1514
"""TCP's share of what a shaper of Ethernet frames lets through: 1448 of 1514 bytes."""
MAIN, BACKUP = "line0", "line1"
TOOLS = ("unshare", "nsenter", "ip", "tc")
CLIENT = Path(__file__).with_name("uplink_client.py")
WEATHER = Path(__file__).with_name("link_weather.py")
READY_S = 10.0


def _why_not() -> str:
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"no {', '.join(missing)} (Debian: iproute2, util-linux)"
    probe = "ip link add p0 type veth peer name p1 && tc qdisc add dev p0 root tbf rate 1mbit burst 32kb latency 50ms"
    done = subprocess.run([*_apart(), "sh", "-c", probe], capture_output=True, text=True, check=False, timeout=READY_S)
    return f"no namespaces with shaped links here: {done.stderr.strip()}" if done.returncode else ""


def _apart() -> list[str]:
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]


WHY_NOT = _why_not()
"""Why lines cannot be made on this machine; empty where they can."""
HAS_TUN = not WHY_NOT and os.access("/dev/net/tun", os.R_OK | os.W_OK)


@dataclass
class Lines:
    """A room with a main and a backup line to one far end."""

    token: str | None = None
    ports: tuple[int, ...] = (PORT,)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        try:
            self.room = self._hold(_apart())
            self.far, *self.routers = (self._hold([*self._inside(self.room), "unshare", "-n"]) for _ in range(3))
            for number, line in enumerate((MAIN, BACKUP)):
                self._lay(number, line)
            self._run(self.far, "ip", "addr", "add", f"{FAR}/32", "dev", "lo")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def in_room(self, *command: str) -> None:
        """Run something in the room's namespace."""
        self._run(self.room, *command)

    def command_in_room(self, *command: str) -> list[str]:
        """The words that run a command in the room's namespace."""
        return [*self._inside(self.room), *command]

    def command_at_router(self, line: str, *command: str) -> list[str]:
        """The words that run a command in the line's router, whose ends are `in` and `out`."""
        return [*self._inside(self.routers[line == BACKUP]), *command]

    def command_at_far_end(self, *command: str) -> list[str]:
        """The words that run a command at the far end."""
        return [*self._inside(self.far), *command]

    def at_router(self, line: str, *command: str) -> None:
        """Run something in the line's router."""
        self._run(self.routers[line == BACKUP], *command)

    def shape(self, line: str, mbps: float, buffer_ms: int = 100, burst_kb: int = 32) -> None:
        """Let a line carry so much up, with a buffer of so many ms; may be called again at any time.

        As much more waits as tc's own `latency` gives with the usual bucket of 32 kB; a bigger bucket is no buffer.
        """
        waiting = int(mbps * 125 * buffer_ms) + 32 * 1024
        rate = ["rate", f"{int(mbps * 1000)}kbit", "burst", f"{burst_kb}kb", "limit", str(waiting)]
        self.at_router(line, "tc", "qdisc", "replace", "dev", "out", "root", "tbf", *rate)

    def cut(self, line: str) -> None:
        """Pull the cable behind the router: the room's own card does not notice."""
        self.at_router(line, "ip", "link", "set", "out", "down")
        self.at_router(line, "ip", "route", "add", "blackhole", "default", "metric", "1")

    def sent(self, line: str) -> int:
        """Bytes that have gone out over a line."""
        done = subprocess.run(
            [*self._inside(self.room), "ip", "-j", "-s", "link", "show", line], capture_output=True, check=True
        )
        return int(json.loads(done.stdout)[0]["stats64"]["tx"]["bytes"])

    def start_receiver(self) -> subprocess.Popen[bytes]:
        """The real `rigcheck receiver` at the far end; returns when it listens."""
        listen = [part for port in self.ports for part in ("--listen", f"0.0.0.0:{port}")]
        token = ["--token", "env:FAR_TOKEN"] if self.token is not None else []
        child = subprocess.Popen(
            [*self._inside(self.far), sys.executable, "-m", "rigcheck", "receiver", *listen, *token],
            stderr=subprocess.PIPE,
            env=os.environ | ({"FAR_TOKEN": self.token} if self.token is not None else {}),
        )
        self.children.append(child)
        assert child.stderr is not None
        heard = b""
        while heard.count(b"listening") < len(self.ports):
            line = child.stderr.readline()
            assert line, f"the receiver ended: {heard.decode()}"
            heard += line
        return child

    def begin(self, **request: Any) -> subprocess.Popen[bytes]:
        """Start a measurement in the room; `http` and `engines` are filled in."""
        asked = {"http": f"http://{FAR}:{PORT}", "engines": ["http"], **request}
        child = subprocess.Popen(
            [*self._inside(self.room), sys.executable, str(CLIENT), json.dumps(asked)], stdout=subprocess.PIPE
        )
        self.children.append(child)
        return child

    def measure(self, **request: Any) -> UplinkTrace:
        """The trace of a measurement in the room. Raises NotSeen as it does."""
        return result(self.begin(**request))

    def _lay(self, number: int, line: str) -> None:
        """room 10.77.N.1 - 10.77.N.2 router 10.88.N.1 - 10.88.N.2 far end."""
        near, wide = f"10.77.{number}", f"10.88.{number}"
        router = self.routers[number]
        self._join((self.room, line, f"{near}.1/24"), (router, "in", f"{near}.2/24"))
        self._join((self.far, f"far{number}", f"{wide}.2/24"), (router, "out", f"{wide}.1/24"))
        metric = str(100 * (number + 1))
        self.in_room("ip", "route", "add", "default", "via", f"{near}.2", "dev", line, "metric", metric)
        self.at_router(line, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        self.at_router(line, "ip", "route", "add", "default", "via", f"{wide}.2")
        self._run(self.far, "ip", "route", "add", f"{near}.0/24", "via", f"{wide}.1")

    def _join(self, *ends: tuple[int, str, str]) -> None:
        """A cable between two namespaces, each end with its name and address."""
        (one, card, _), (other, peer, _) = ends
        self._run(one, "ip", "link", "add", card, "type", "veth", "peer", "name", peer, "netns", str(other))
        for pid, name, own in ends:
            self._run(pid, "ip", "addr", "add", own, "dev", name)
            # One packet at a time: a shaper whose bucket is changed gets stuck on a waiting bundle that is larger.
            self._run(pid, "ip", "link", "set", name, "gso_max_segs", "1", "up")

    def _hold(self, command: list[str]) -> int:
        """A process that holds a new namespace, with loopback up; gives its id."""
        child = subprocess.Popen(
            [*command, "sh", "-c", "ip link set lo up && echo ready && exec sleep 600"], stdout=subprocess.PIPE
        )
        self.children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        return child.pid

    def _inside(self, pid: int) -> list[str]:
        owner = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
        return ["nsenter", "-t", str(pid), *owner, "-n"]

    def _run(self, pid: int, *command: str) -> None:
        done = subprocess.run(
            [*self._inside(pid), *command], capture_output=True, text=True, check=False, timeout=READY_S
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"

    def _end(self) -> None:
        for child in reversed(self.children):
            child.kill()
            child.wait()
            for pipe in (child.stdout, child.stderr):
                if pipe is not None:
                    pipe.close()


def result(child: subprocess.Popen[bytes]) -> UplinkTrace:
    """What a measurement that was begun has come to. Raises NotSeen as it does."""
    out, _ = child.communicate(timeout=90)
    outcome = pickle.loads(out)  # noqa: S301 - from our own child
    if isinstance(outcome, NotSeen):
        raise outcome
    assert isinstance(outcome, UplinkTrace)
    return outcome


@dataclass
class Weather:
    """What a far link does to packets, one direction each: delay and jitter in s, loss 0-1, rate in bit/s."""

    lines: Lines
    up: dict[str, float] = field(default_factory=dict)
    down: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """A third line, `far link`, takes over as the room's main way to the far end."""
        self.folder = tempfile.TemporaryDirectory()
        self.now(self.up, self.down)
        inside = self.lines._inside(self.lines.room)
        self.child = subprocess.Popen([*inside, sys.executable, str(WEATHER), str(self._file)], stdout=subprocess.PIPE)
        self._hear(b"made\n")
        self._place("sky0", self.lines.room, "10.78.0.1", "10.78.0.2")
        self._place("sky1", self.lines.far, "10.78.0.2", "10.78.0.1")
        self.lines.in_room("ip", "route", "add", "default", "dev", "sky0", "metric", "50")
        return self

    def _hear(self, word: bytes) -> None:
        assert self.child.stdout is not None
        assert self.child.stdout.readline() == word

    def _place(self, end: str, pid: int, own: str, peer: str) -> None:
        if pid != self.lines.room:
            self.lines.in_room("ip", "link", "set", end, "netns", str(pid))
        self.lines._run(pid, "ip", "addr", "add", own, "peer", peer, "dev", end)
        self.lines._run(pid, "ip", "link", "set", end, "up", "mtu", "1500", "txqueuelen", "1000")

    def now(self, up: dict[str, float], down: dict[str, float]) -> None:
        """Change it while it runs."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"up": up, "down": down}))
        fresh.replace(self._file)
        time.sleep(0.15)  # it looks every 0.1 s

    @property
    def _file(self) -> Path:
        return Path(self.folder.name) / "weather.json"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.child.kill()
        self.child.communicate()
        self.folder.cleanup()
