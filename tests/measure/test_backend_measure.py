"""A shop's service against what the profile says of it: its status, its time, and why it is not ok."""

from datetime import date, datetime

import anyio
import pytest
from services_https import web

from rigcheck.backend_state import BackendRequest, BackendState
from rigcheck.checks.backend import BACKEND_CHECKS, ask_backend, limit_latency
from rigcheck.flow import run
from rigcheck.loading import load_limits
from rigcheck.measure.backend import measure_backend
from rigcheck.metrics import BACKEND_LATENCY
from rigcheck.model import Impact, Reason, Report, Span, Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import Profile, Setting
from rigcheck.sources.live import LiveSource
from rigcheck.uplink import Backend


def setting(*backends: Backend) -> Setting:
    return Setting(Profile(camera={}, mic={}, power={}, backends=backends), Stage.GO, date(2026, 11, 22))


COUPONS = Backend("coupons", "https://shop.example/coupons", 204, 800)


def measured(state: BackendState):
    ok, latency = measure_backend(state, setting(COUPONS), "coupons")
    return (ok.value, ok.params, latency.value, latency.reason)


def test_its_own_status_is_ok_and_no_other():
    assert measured(BackendState("answered", 204, 80.5)) == (True, {}, 80.5, None)
    why = {"what": ("status",), "wanted": "204", "found": "200"}
    assert measured(BackendState("answered", 200, 80.5)) == (False, why, 80.5, None)


@pytest.mark.parametrize("outcome", ["timeout", "connection-refused", "tls"])
def test_without_an_answer_there_is_no_time(outcome):
    assert measured(BackendState(outcome)) == (False, {"what": (outcome,)}, None, Reason.NONE_HERE)


@pytest.mark.parametrize("latency_ms", [None, -1.0, float("nan"), float("inf")])
def test_a_time_that_cannot_be_is_junk(latency_ms):
    assert measured(BackendState("answered", 204, latency_ms))[2:] == (None, Reason.JUNK)


def test_the_room_sets_the_limit_and_the_patience():
    room = setting(COUPONS, Backend("orders", "https://shop.example/", within_ms=9000))
    limit = limit_latency(room, "coupons", BACKEND_LATENCY)
    assert (limit.ok, limit.warn) == (Span(None, 800), Span(None, 1600))
    assert limit_latency(room, "main", BACKEND_LATENCY) is None
    assert ask_backend(room, "coupons") == BackendRequest("coupons", COUPONS.url, 5.0)
    assert ask_backend(room, "orders").limit_s == 19.0


def judged(*backends: Backend) -> Report:
    now = datetime(2026, 11, 22, 8, 0).astimezone()
    return anyio.run(run, Run("backend", BACKEND_CHECKS, setting(*backends), LiveSource(), now, load_limits()))


def test_services_that_answer_and_do_not_end_to_end():
    def answer(handler):
        handler.send_error(503) if handler.path == "/orders" else handler.send_error(404)

    with web(answer) as port:
        place = f"http://127.0.0.1:{port}"
        report = judged(
            Backend("coupons", f"{place}/coupons", 404, 5000),
            Backend("orders", f"{place}/orders"),
            Backend("stock", f"{place}/stock", 404, 0.001),
        )
    found = {(finding.check, finding.device): finding for finding in report.findings}
    assert found["backend.answers", "coupons"].status is Status.OK
    assert found["backend.latency", "coupons"].status is Status.OK
    assert found["backend.answers", "orders"].status is Status.FAIL
    assert found["backend.answers", "orders"].impact is Impact.STOP
    assert found["backend.latency", "stock"].status is Status.FAIL
    assert found["backend.latency", "stock"].impact is Impact.DEGRADE
    assert {taken.key for taken in report.taken} >= {"backend.ok", "backend.ok@orders", "backend.latency_ms@stock"}
    assert report.status is Status.FAIL


def test_a_room_without_services_has_nothing_to_say():
    assert judged().findings == ()
