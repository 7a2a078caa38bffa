"""Measures of the shop's own services: whether one answers as the profile says, and how long that takes."""

from __future__ import annotations

from typing import cast

from rigcheck.backend_state import BackendState
from rigcheck.metrics import BACKEND_LATENCY, BACKEND_OK
from rigcheck.model import Measurement, Params, Reason
from rigcheck.profile import Setting
from rigcheck.uplink import Backend


def measure_backend(state: BackendState, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """`backend.ok`, true only for the profile's own status, and `backend.latency_ms` of any answer, in ms.

    Why it is not ok is in `what`: the outcome, or `status` with the ones that were `wanted` and `found`. No answer has
    no time: none-here, because that there is none has been seen.
    """
    if state.outcome != "answered" or state.status is None:
        ok = Measurement(BACKEND_OK, False, params={"what": (state.outcome,)})
        return ok, Measurement(BACKEND_LATENCY, None, Reason.NONE_HERE)
    wanted = cast("Backend", setting.device("backend", name)).status
    params: Params = {"what": ("status",), "wanted": str(wanted), "found": str(state.status)}
    answers = state.status == wanted
    return Measurement(BACKEND_OK, answers, params={} if answers else params), _latency(state.latency_ms)


def _latency(latency_ms: float | None) -> Measurement:
    """What cannot be (no time at all, a negative one) is None with `junk`."""
    return Measurement(BACKEND_LATENCY, latency_ms if latency_ms is not None and latency_ms >= 0 else None)
