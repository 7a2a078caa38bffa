"""Taking turns on a line that rooms share: at our receiver, or by a lock in a folder that all of them can write."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from filelock import FileLock, Timeout

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.receiver.protocol import MAX_LINE_BYTES, WORDS
from rigcheck.receiver.turns import FORGET_S, WORD_S
from rigcheck.sources.engine_http import available, far_end_of
from rigcheck.uplink_state import UplinkRequest

PATIENCE_S = 25.0
"""How long a room waits for another one: what its request's deadline has room for."""
_POLL_S = 0.5
_NO_SITE = "site"  # rooms that name none are taken for one site
_MAX_WORD_CHARS = 500
_OURS = (Reason.SITE_ON_AIR, Reason.TURN)


@asynccontextmanager
async def turn(request: UplinkRequest, *, on_air: bool | None) -> AsyncIterator[float]:
    """The site's turn while the block lasts; gives the seconds waited. A line of its own needs none.

    `on_air` is this room's word, which the others get to hear. Raises NotSeen: `turn-taken` with `room` (25 s were not
    enough), `site-on-air` with `room` where the line is to be filled and a room is, or may be, on air. Where there is
    nobody to ask, a paced test goes ahead and one that fills the line does not.
    """
    if not request.shared:
        yield 0.0
        return
    began_s = anyio.current_time()
    async with AsyncExitStack() as stack:
        if not await _by_receiver(request, on_air, stack) and not await _by_folder(request, on_air, stack):
            _refuse_to_fill(request, "")
        yield anyio.current_time() - began_s


def _refuse_to_fill(request: UplinkRequest, room: str | None) -> None:
    if request.rate_kbps is None and room is not None:
        raise NotSeen(Reason.SITE_ON_AIR, {"room": room} if room else {})


def _names(request: UplinkRequest) -> tuple[str, str]:
    """(site, room)."""
    return request.site or _NO_SITE, request.room or socket.gethostname() or "?"


async def tell(request: UplinkRequest, *, on_air: bool | None) -> None:
    """Let the receiver know whether this room is on air. Nobody there to hear it is no fault."""
    site, room = _names(request)
    if available(request) is not None:
        return
    try:
        far_end = await far_end_of(request, request.interface, request.far_end_port)
        await far_end.get("/word", _MAX_WORD_CHARS, site=site, room=room, on_air=WORDS[on_air])
    except NotSeen:
        return


async def _by_receiver(request: UplinkRequest, on_air: bool | None, stack: AsyncExitStack) -> bool:
    """Whether the receiver gave the turn; False where it could not be asked. Raises NotSeen as `turn` does."""
    if available(request) is not None:
        return False
    try:
        await stack.enter_async_context(_receivers(request, on_air))
    except NotSeen as unseen:
        if unseen.reason in _OURS:
            raise
        return False
    return True


@asynccontextmanager
async def _receivers(request: UplinkRequest, on_air: bool | None) -> AsyncIterator[None]:
    far_end = await far_end_of(request, request.interface, request.far_end_port)
    site, room = _names(request)
    query = {"site": site, "room": room, "on_air": WORDS[on_air], "seconds": request.deadline_s}
    if request.rate_kbps is None:
        query["full"] = "yes"
    holder = ""
    async with far_end.upgraded("/turn", **query) as wire:
        try:
            with anyio.fail_after(PATIENCE_S):
                while (line := (await wire.until(b"\n", MAX_LINE_BYTES)).decode("utf-8", "replace")) != "go":
                    word, _, holder = line.partition(" ")
                    if word == "refused":
                        raise NotSeen(Reason.SITE_ON_AIR, {"room": holder})
        except TimeoutError:
            raise NotSeen(Reason.TURN, {"room": holder}) from None
        yield


async def _by_folder(request: UplinkRequest, on_air: bool | None, stack: AsyncExitStack) -> bool:
    """Whether the folder gave the turn; False where there is none. Raises NotSeen as `turn` does."""
    if request.turns is None:
        return False
    keeper = _Folder(Path(request.turns), *_names(request))
    try:
        _refuse_to_fill(request, await anyio.to_thread.run_sync(keeper.tell, on_air, abandon_on_cancel=True))
        await keeper.take()
    except OSError:
        return False
    stack.callback(keeper.give_back)
    return True


@dataclass(slots=True)
class _Folder:
    """A site's lock and its rooms' words as files. Their times are the share's own clock, not those of the PCs."""

    folder: Path
    site: str
    room: str
    lock: FileLock | None = None

    def tell(self, on_air: bool | None) -> str | None:
        """Leave this room's word, and name a room that is, or may be, on air. Raises OSError."""
        own = self._file(f"{_digest(self.room)}.word")
        own.write_text(f"{WORDS[on_air]} {self.room}", encoding="utf-8")
        now_s = own.stat().st_mtime
        for path in sorted(self.folder.glob(f"{_digest(self.site)}.*.word")):
            word, _, room = path.read_text(encoding="utf-8", errors="replace")[:_MAX_WORD_CHARS].partition(" ")
            age_s = now_s - path.stat().st_mtime
            if age_s < FORGET_S and (word != WORDS[False] or age_s > WORD_S):
                return room
        return None

    async def take(self) -> None:
        """Wait for the lock. Raises NotSeen(turn-taken) with the room that has it, OSError."""
        self.lock = FileLock(self._file("lock"), timeout=0, thread_local=False)
        end_s = time.monotonic() + PATIENCE_S
        while not await anyio.to_thread.run_sync(self._try, abandon_on_cancel=True):
            if time.monotonic() > end_s:
                holder = self._file("holder").read_text(encoding="utf-8", errors="replace")[:_MAX_WORD_CHARS]
                raise NotSeen(Reason.TURN, {"room": holder})
            await anyio.sleep(_POLL_S)

    def _try(self) -> bool:
        try:
            if self.lock is not None:
                self.lock.acquire()
        except Timeout:
            return False
        self._file("holder").write_text(self.room, encoding="utf-8")
        return True

    def give_back(self) -> None:
        """Let the next one in."""
        if self.lock is not None:
            self.lock.release()

    def _file(self, name: str) -> Path:
        return self.folder / f"{_digest(self.site)}.{name}"


def _digest(name: str) -> str:
    """A room's name as part of a file's."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]
