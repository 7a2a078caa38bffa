"""Answers worked out beforehand: facts/push.md, sections 2.5, 2.7 and 7."""

import pytest
from evidence_made import CAMERA, capped, line, plan_for

from rigcheck.push_rule import PushRules
from rigcheck.recommend.budget import (
    budget_of,
    carried_kbps,
    low_upload_kbps,
    percentile,
    srt_latency_ms,
    srt_overhead_pct,
    tcp_kbps,
)
from rigcheck.recommend.evidence import EarlierTest, Evidence
from rigcheck.recommend.shape import Shape, ladder, least_kbps, level_of, rounded, upper_kbps
from rigcheck.recommend.wish import Wish

RULES = PushRules()


@pytest.mark.parametrize(
    ("upload", "cap", "content", "size", "kbps"),
    [
        (10000, 6000, "demo", "1080x1920@30", 5950),
        (6000, None, "demo", "1080x1920@25", 3850),
        (6000, None, "talking-head", "1080x1920@30", 3850),
        (4000, None, "demo", "720x1280@30", 2500),
        (2500, None, "demo", "540x960@30", 1500),
        (2500, None, "talking-head", "720x1280@30", 1500),
        (20000, 9000, "demo", "1080x1920@60", 8750),
    ],
)
def test_one_output(upload, cap, content, size, kbps) -> None:
    plan = plan_for(upload, Wish(platforms=capped(cap), content=content, sixty=size.endswith("@60")))
    assert plan.encode is not None
    assert Shape(plan.encode.width_px, plan.encode.height_px, plan.encode.fps).text == size
    assert plan.encode.video_kbps == kbps


def test_two_outputs_share_the_line() -> None:
    plan = plan_for(10000, Wish(platforms=capped(6000, 6000), content="demo"))
    assert plan.encode is not None
    assert (plan.encode.width_px, plan.encode.height_px, plan.encode.fps) == (720, 1280, 30)
    assert plan.encode.video_kbps == 3000
    assert plan.outputs == 2
    assert plan.upload_kbps == 6573  # 2 x (3000 + 160) x 1.04 is 6572.8


@pytest.mark.parametrize(
    ("upload", "outputs", "left", "need", "missing"), [(2500, 2, 681, 827, 146), (1200, 1, 648, 827, 180)]
)
def test_what_a_line_cannot_carry_is_refused_with_what_is_missing(upload, outputs, left, need, missing) -> None:
    plan = plan_for(upload, Wish(platforms=capped(*[None] * outputs), content="talking-head"))
    assert plan.encode is None
    assert plan.binding == "uplink"
    assert plan.refusal is not None
    told = plan.refusal.params
    assert (told["left"], told["need"], told["size"]) == (left, need, "540x960@25")
    assert told["missing"] == missing
    assert len(plan.ways) == 3


TABLE = {  # section 2.5: pixels -> fps -> (least, upper)
    (540, 960): {25: (1102, 1664), 30: (1219, 1839), 60: (1785, 2693)},
    (720, 1280): {25: (1798, 2713), 30: (1988, 3000), 60: (2911, 4392)},
    (1080, 1920): {25: (3583, 5406), 30: (3961, 5976), 60: (5800, 8750)},
    (1440, 2560): {25: (5843, 8817), 30: (6460, 9747), 60: (9458, 14270)},
    (2160, 3840): {25: (11642, 17566), 30: (12871, 19419), 60: (18844, 28431)},
}


@pytest.mark.parametrize(
    ("size", "fps", "least", "upper"),
    [(size, fps, *wanted) for size, rates in TABLE.items() for fps, wanted in rates.items()],
)
def test_need_by_obs_s_formula(size, fps, least, upper) -> None:
    for shape in (Shape(*size, fps), Shape(*size[::-1], fps)):
        assert least_kbps(shape) == pytest.approx(least, abs=1)
        assert upper_kbps(shape) == pytest.approx(upper, abs=1)


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [((720, 1280), 30, "3.1"), ((720, 1280), 60, "3.2"), ((1080, 1920), 25, "4.0"), ((1080, 1920), 60, "4.2")],
)
def test_the_level_is_the_one_that_x264_takes(size, fps, level) -> None:
    assert level_of(Shape(*size, fps)) == level
    assert level_of(Shape(*size[::-1], fps)) == level


TCP = {  # section 2.7: RTT ms -> loss % -> Mbit/s by RFC 3819
    20: {0.1: 15.7, 0.5: 6.4, 1: 4.1, 2: 2.5, 5: 1.0},
    40: {0.1: 7.9, 0.5: 3.4, 1: 2.3, 2: 1.5, 5: 0.7},
    80: {0.1: 4.0, 0.5: 1.7, 1: 1.2, 2: 0.8, 5: 0.4},
    150: {0.1: 2.1, 0.5: 0.9, 1: 0.6, 2: 0.4, 5: 0.2},
}


@pytest.mark.parametrize(("rtt", "loss", "mbps"), [(rtt, *pair) for rtt, row in TCP.items() for pair in row.items()])
def test_what_loss_leaves_of_one_tcp_flow(rtt, loss, mbps) -> None:
    assert tcp_kbps(rtt, loss) / 1000 == pytest.approx(mbps, abs=0.051)


def test_loss_under_a_thousandth_caps_nothing() -> None:
    assert carried_kbps(50_000, line(50_000, loss_pct=0.09, rtt_ms=40), RULES) == 50_000
    assert carried_kbps(50_000, line(50_000, loss_pct=0.1, rtt_ms=40), RULES) == pytest.approx(7900, rel=0.01)


@pytest.mark.parametrize(
    ("loss", "rtt", "latency"),
    [(0.0, 5, 60), (1.0, 20, 60), (2.0, 10, 80), (7.0, 20, 100), (10.0, 20, 120), (0.2, 80, 240), (9.0, 2000, 8000)],
)
def test_srt_latency_is_that_of_the_deployment_guide(loss, rtt, latency) -> None:
    assert srt_latency_ms(rtt, loss) == latency


def test_srt_pays_for_sending_again() -> None:
    assert srt_overhead_pct(0.5) == pytest.approx(33.3, abs=0.1)
    assert srt_overhead_pct(30) == pytest.approx(49.5)


@pytest.mark.parametrize(
    ("changes", "share"),
    [
        ({}, 0.70),
        ({"is_estimate": True}, 0.50),
        ({"shared": True}, 0.50),
        ({"metered": True}, 0.50),
        ({"rtt_ms": 30, "loaded_rtt_ms": 230}, 0.70),
        ({"rtt_ms": 30, "loaded_rtt_ms": 231}, 0.50),
        ({"loaded_rtt_ms": 900}, 0.70),  # what it rose from is not known
    ],
)
def test_head_room(changes, share) -> None:
    budget = budget_of(line(6000, **changes), RULES, protocol="rtmp", outputs=1, audio_kbps=160)
    assert budget.share == share
    assert budget.left_kbps == pytest.approx(6000 * share / 1.04 - 160)


def test_the_tenth_percentile_of_five_tests_counts() -> None:
    earlier = tuple(EarlierTest(kbps) for kbps in (9000.0, 8000.0, 4000.0, 7000.0))
    assert percentile([9000, 8000, 4000, 7000, 6000], 10) == pytest.approx(4800)
    assert low_upload_kbps(line(6000, earlier=earlier), RULES) == (pytest.approx(4800), 5)
    assert low_upload_kbps(line(6000, earlier=earlier[1:]), RULES) == (6000, 0)
    assert low_upload_kbps(line(3000, earlier=earlier), RULES) == (3000, 5)


def test_a_paced_test_that_was_carried_does_not_speak_against_the_latest() -> None:
    earlier = tuple(EarlierTest(kbps, at_least=True) for kbps in (2000.0, 2000.0, 2000.0, 2000.0))
    assert low_upload_kbps(line(6000, earlier=earlier), RULES) == (6000, 5)


def test_sixty_frames_are_for_motion_and_for_who_asks() -> None:
    assert [shape.text for shape in ladder("portrait", sixty=False)] == [
        "1080x1920@30", "1080x1920@25", "720x1280@30", "720x1280@25", "540x960@30", "540x960@25",
    ]  # fmt: skip
    assert [shape.text for shape in ladder("landscape", sixty=True)][:4] == [
        "1920x1080@60", "1920x1080@30", "1920x1080@25", "1280x720@60",
    ]  # fmt: skip


def test_rates_are_rounded_down_to_steps_of_50() -> None:
    assert [rounded(kbps) for kbps in (49.9, 50, 3878, 8750.0)] == [0, 50, 3850, 8750]


def test_evidence_of_nothing_is_no_plan() -> None:
    from rigcheck.recommend.decide import recommend

    plan = recommend(Wish(), Evidence(camera=CAMERA))
    assert (plan.encode, plan.binding) == (None, "evidence")
