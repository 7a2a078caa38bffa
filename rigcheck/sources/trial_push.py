"""A paced push of real encoded picture and sound to the trial ingest: can this line hold the plan? Runs in a worker."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.ingest_state import PushRequest, PushTrace
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.secret import reveal
from rigcheck.sources.push_clip import Clip, make_clip
from rigcheck.sources.push_gauge import Gauge, Progress
from rigcheck.sources.rtmp import Place, Rtmp, TurnedAway, place_of
from rigcheck.sources.rtmp_push import Pusher
from rigcheck.sources.rtmp_stat import StatWatch
from rigcheck.sources.rtmp_way import UnreachedError, Way

LIVED_S = 2.0
"""Some servers say yes, take a little, and hang up on a wrong key: what lived no longer was refused."""
HUNG_S, HUNG_AT_END_S = 5.0, 2.0
RETRY_S = 2.0
"""As OBS: after this long it connects again; one try, for a trial has to end."""
MOST_RETRIES = 5
GOODBYE_S, FULL_S = 0.5, 0.02
ACK_S = 0.05
"""The server is asked to acknowledge what comes in this time."""
Ended = tuple[str, str]
"""An outcome of a PushTrace, and what the server said."""


def push_trial(request: PushRequest) -> PushTrace:
    """Push for `request.seconds`; a second or two go before, to knock and to encode.

    Raises NotSeen: `not-in-profile` without a trial ingest, `live-key` where its key is the show's own,
    `not-by-this-route` for SRT (ffmpeg would show the key in the process list), `denied` for a key that cannot be read.
    """
    if not request.url:
        raise NotSeen(Reason.NOT_IN_PROFILE)
    if urlsplit(request.url).scheme.lower() == "srt":
        raise NotSeen(Reason.NOT_THIS_WAY)
    place = place_of(request.url, _text_of(request.stream_key), has_stream=True)
    _keep_off_the_show(request, place)
    try:
        with _Door(place, request.interface).open():
            pass
        return _Trial(request, place, make_clip(request.target)).run()
    except UnreachedError as error:
        return _nothing(request, error.outcome, "")
    except TurnedAway as no:
        return _nothing(request, no.outcome, no.said)


def _text_of(key: Secret | None) -> str:
    return "" if key is None else reveal(key)


def _keep_off_the_show(request: PushRequest, trial: Place) -> None:
    """A second push with the show's key could throw it off the air. Raises NotSeen(live-key)."""
    for ingest in request.show:
        try:
            key = _text_of(ingest.key)
        except NotSeen:  # it leads nowhere, so it is nobody's
            continue
        is_same_place = ingest.url is not None and request.url.rstrip("/") == ingest.url.rstrip("/")
        if (key and key.partition("?")[0] == trial.stream.partition("?")[0]) or (is_same_place and not key):
            raise NotSeen(Reason.LIVE_KEY)


def _nothing(request: PushRequest, outcome: str, said: str) -> PushTrace:
    """A push that never began."""
    none = np.zeros(0)
    kbps = request.target.video_kbps + request.target.audio_kbps
    empty = (none, np.zeros(0, np.int64), "sender", none, none, np.zeros((0, 2)))
    return PushTrace(cast("Any", outcome), said, float(kbps), *cast("Any", empty))


@dataclass(slots=True)
class _Door:
    """The way to the trial ingest, gone anew for every connection."""

    place: Place
    interface: str | None
    way: Way = field(default_factory=Way)

    def open(self) -> _Guest:
        """Connected up to the application. Raises UnreachedError, TurnedAway."""
        wire = self.way.go(self.place, self.interface)
        talk = Rtmp(wire, self.place)
        try:
            talk.shake_hands()
            talk.connect()
        except BaseException:
            wire.drop()
            raise
        return _Guest(talk)


@dataclass(slots=True)
class _Guest:
    """An open conversation; leaving it drops what has not left yet."""

    talk: Rtmp

    def __enter__(self) -> Rtmp:
        return self.talk

    def __exit__(self, *_: object) -> None:
        self.talk.wire.drop()


class _Trial:
    """One trial: connections one after another, measured on one clock."""

    def __init__(self, request: PushRequest, place: Place, clip: Clip) -> None:
        self._request, self._place, self._clip = request, place, clip
        self._door = _Door(place, request.interface)
        self._gauge = Gauge()
        self._so_far = Progress()
        self._ack_bytes = max(2500, round(clip.kbps * 125 * ACK_S))
        self._counts: Literal["acknowledged", "sender"] = "acknowledged"
        self._retries = 0

    def run(self) -> PushTrace:
        """The whole push. Raises UnreachedError, TurnedAway where it never began."""
        cpu_s = time.process_time()
        with ExitStack() as stack:
            talk = stack.enter_context(self._door.open())
            talk.publish(self._ack_bytes)
            self._began_s = time.monotonic()
            seen = stack.enter_context(self._stat())
            outcome, said = self._push_on(talk)
            while outcome == "gone":
                outcome, said = self._again(said)
            self._gauge.end(self._now_s())
        return PushTrace(
            outcome=cast("Any", outcome),
            said=said,
            asked_kbps=self._clip.kbps,
            counted=self._counts,
            reconnects=self._retries,
            push_cpu_s=time.process_time() - cpu_s,
            encode_cpu_s=self._clip.encode_cpu_s,
            gop_s=self._clip.picture_s,
            isolation=self._door.way.isolation,
            **self._gauge.traces(seen.seen if seen else []),
        )

    def _stat(self) -> AbstractContextManager[StatWatch | None]:
        request, place = self._request, self._place
        if request.stat is None:
            return nullcontext()
        return StatWatch(request.stat, place.app, place.stream, self._began_s, request.seconds)

    def _now_s(self) -> float:
        return time.monotonic() - self._began_s

    def _again(self, said: str) -> Ended:
        """Connect once more, as an encoder does."""
        if self._retries >= MOST_RETRIES or self._now_s() + RETRY_S >= self._request.seconds:
            return "lost", said
        time.sleep(RETRY_S)
        try:
            with self._door.open() as talk:
                talk.publish(self._ack_bytes)
                self._retries += 1
                return self._push_on(talk)
        except (UnreachedError, OSError):
            return "lost", said
        except TurnedAway as no:
            return "lost", no.said or said

    def _push_on(self, talk: Rtmp) -> Ended:
        """Push until the end of the trial, or of the connection ("gone")."""
        from_s = self._now_s()
        pusher = Pusher(talk, self._clip, from_s, self._so_far)
        if talk.wire.unacknowledged() is None:
            self._counts = "sender"
        try:
            outcome = self._pump(talk, pusher, from_s)
        except TurnedAway as no:
            return self._early(from_s, no.outcome, no.said)
        except OSError:
            return self._early(from_s, "wrong-key", "")
        if outcome == "held" and pusher.behind_s(self._now_s()) < GOODBYE_S:
            self._say_goodbye(talk)
        return outcome, ""

    def _pump(self, talk: Rtmp, pusher: Pusher, from_s: float) -> str:
        now_s = self._now_s()
        while now_s < self._request.seconds:
            pusher.step(now_s)
            self._look(pusher)
            if now_s - max(self._gauge.moved_s, from_s) > HUNG_S:
                return "hung"
            until_s = min(self._gauge.due_s, now_s + FULL_S if pusher.is_full else pusher.next_s)
            talk.wire.rest(self._began_s + until_s, to_give=pusher.is_full)
            now_s = self._now_s()
        self._look(pusher)
        return "hung" if now_s - max(self._gauge.moved_s, from_s) > HUNG_AT_END_S else "held"

    def _look(self, pusher: Pusher) -> None:
        now_s = self._now_s()
        self._so_far = pusher.progress()
        self._gauge.watch(now_s, self._so_far)
        if now_s >= self._gauge.due_s:
            self._gauge.take(now_s, pusher.behind_s(now_s))

    def _early(self, from_s: float, outcome: str, said: str) -> Ended:
        """The other side ended it: a refusal where it had only just begun."""
        if self._retries == 0 and self._now_s() - from_s < LIVED_S:
            return outcome, said
        return "gone", said

    def _say_goodbye(self, talk: Rtmp) -> None:
        try:
            talk.unpublish(time.monotonic() + GOODBYE_S)
            talk.wire.close()
        except OSError:  # TimeoutError too: it does not listen any more
            pass
