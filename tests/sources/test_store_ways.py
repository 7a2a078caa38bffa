"""What was seen of lines, ingests, pushes, encoders and services comes back from a recorded room as it was."""

import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from test_store import round_trip, same

from rigcheck.backend_state import BackendState
from rigcheck.encoder_state import EncoderTrials, Trial
from rigcheck.errors import NotSeen
from rigcheck.ingest_state import IngestState, PushTrace
from rigcheck.link_state import LinkState
from rigcheck.model import Reason, Stage
from rigcheck.sources.codec import decode, encode
from rigcheck.sources.plain import UnfitError, hints_of
from rigcheck.sources.store import Recording, read_recording, write_recording
from rigcheck.uplink_state import UplinkTrace

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
N = 7
"""Intervals of every trace."""


def strategy(hint: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one a form of annotation
    """Anything that an annotation allows, nan and infinity included."""
    origin, choices = get_origin(hint), get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(strategy, choices))
    if origin is Literal:
        return st.sampled_from(choices)
    if origin is tuple:
        return st.lists(strategy(choices[0]), max_size=4).map(tuple)
    if origin is np.ndarray:
        return hnp.arrays(get_args(choices[1])[0], N)
    if origin is not None:
        return st.dictionaries(TEXT, strategy(choices[1]), max_size=3)
    if is_dataclass(hint):
        return samples(hint)
    plain = {float: st.floats(), int: st.integers(0, 2**40), bool: st.booleans(), str: TEXT, types.NoneType: st.none()}
    return plain[hint]


def samples(kind: type[Any], **own: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        kind, **{name: own[name] if name in own else strategy(hint) for name, hint in hints_of(kind).items()}
    )


POSITIVE = st.floats(0.001, 1e6)
TRIALS = st.lists(
    samples(
        Trial,
        width_px=st.integers(2, 8000),
        height_px=st.integers(2, 8000),
        fps=POSITIVE,
        wall_fps=POSITIVE,
        cpu_ms=POSITIVE,
    ),
    max_size=3,
).map(tuple)
EVERYTHING = (
    samples(LinkState)
    | samples(UplinkTrace, probes_lost=st.just(0))
    | samples(IngestState)
    | samples(PushTrace, received=hnp.arrays(np.float64, st.tuples(st.integers(0, 5), st.just(2))))
    | samples(EncoderTrials, cores=st.integers(1, 128), trials=TRIALS)
    | samples(BackendState)
)


@given(EVERYTHING)
@settings(deadline=None, max_examples=150)
def test_any_of_them_comes_back(sample):
    assert same(round_trip(sample), sample)


def example(kind: type[Any], **given: Any) -> Any:
    """One with ordinary values where none is given."""
    ordinary = {np.ndarray: np.arange(N, dtype=np.float64), dict: {}, tuple: ()}
    made = {}
    for field in fields(kind):
        hint = hints_of(kind)[field.name]
        if field.default is MISSING and field.default_factory is MISSING:
            made[field.name] = None if types.NoneType in get_args(hint) else ordinary.get(get_origin(hint))
    return kind(**{**made, **given})


UPLINK = example(
    UplinkTrace, method="http", counted="receiver", arrived=np.arange(N), sent_bytes=700, ended="settled", probes_sent=4
)
LINK = example(LinkState, interface="以太网", isolation="bound", is_up=True, rtt_ms=(1.5, 2.25), outcome="answered")


@pytest.mark.parametrize(
    ("sample", "change"),
    [
        (UPLINK, {"arrived": np.arange(N + 1)}),
        (UPLINK, {"sent_bytes": -1}),
        (UPLINK, {"probes_lost": 5}),
        (LINK, {"lost": -1}),
        (LINK, {"outcome": "yes"}),
        (LINK, {"rtt_ms": ("1",)}),
        (BackendState("answered", 200, 1.0), {"status": "200"}),
    ],
)
def test_what_cannot_be_is_refused(sample, change):
    assert same(round_trip(sample), sample)
    with pytest.raises(UnfitError):
        decode(sample.kind, *encode(replace(sample, **change)))


def test_a_whole_room_of_them_comes_back_under_their_keys(tmp_path):
    outcomes = {
        "backend@优惠券 " + "x" * 190: BackendState("answered", 200, 31.5),
        "backend@a@b": NotSeen(Reason.TIMEOUT, {"seconds": 6.0}),
        "link@backup": LINK,
        "link@main": LINK,
        "uplink@main": UPLINK,
    }
    room = Recording(
        recorded_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        stage=Stage.ROOM,
        attended=False,
        profile="room: a\n",
        outcomes=outcomes,
        versions={},
    )
    write_recording(tmp_path / "room", room, "1.2.3")
    back = read_recording(tmp_path / "room")
    assert same(back.outcomes, outcomes)
    assert json.loads((tmp_path / "room/manifest.json").read_text())["schema"] == 1
