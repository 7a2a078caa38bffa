"""Every word that a plan may need is there in both languages, and every plan fits the page."""

import re
from dataclasses import fields, replace

import pytest
from evidence_made import CAMERA, line, trials
from reports import sample
from rich.cells import cell_len

from rigcheck.i18n import languages, load_catalogue
from rigcheck.loading import load_platforms
from rigcheck.platform import Platform
from rigcheck.present import Look
from rigcheck.present.plan import PlanReport, plan_table, said
from rigcheck.present.platforms import FACTS
from rigcheck.push_plan import Binding, Mark
from rigcheck.push_rule import PushRules
from rigcheck.recommend.decide import recommend
from rigcheck.recommend.evidence import CameraSeen, Evidence
from rigcheck.recommend.rule import SOURCES
from rigcheck.recommend.wish import Wish

KNOWN = load_platforms()
WORDS = {language: load_catalogue(language) for language in languages()}
WISH = Wish(platforms=(KNOWN["taobao"],))
PLANS = {
    "plain": (WISH, Evidence(line(20_000), camera=CAMERA, trials=trials())),
    "everything wrong": (
        Wish(platforms=(KNOWN["instagram"], KNOWN["shopee"], KNOWN["facebook"]), unknown=("elsewhere",), orientation="landscape"),
        Evidence(
            line(30_000, shared=True, metered=True, is_estimate=True, rtt_ms=20, loaded_rtt_ms=600, loss_pct=0.3, age_min=3.0),
            backup=line(900),
            camera=CameraSeen(1920, 1080, 608, 340, fps=30.0, noise_sigma=5.0),
            trials=trials(wall_fps=10.0),
            offset_ms=1500.0,
        ),
    ),
    "srt": (replace(WISH, protocol="srt"), Evidence(line(9000, loss_pct=2.0, rtt_ms=60), camera=CAMERA)),
    "phone": (replace(WISH, pusher="phone"), Evidence(line(9000))),
    "uplink": (WISH, Evidence(line(900))),
    "two outputs": (Wish(platforms=(KNOWN["taobao"], KNOWN["x"])), Evidence(line(2500))),
    "camera": (WISH, Evidence(line(9000), camera=replace(CAMERA, fps=12.0))),
    "cpu": (WISH, Evidence(line(9000), camera=CAMERA, trials=trials(cores=1, times=90))),
    "conduct": (Wish(platforms=(KNOWN["tiktok"], KNOWN["x"])), Evidence(line(9000))),
    "evidence": (WISH, Evidence()),
}  # fmt: skip


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_told_in_whole_words_within_the_page(name, words) -> None:
    report = PlanReport(recommend(*PLANS[name]), sample("good"))
    table = plan_table(report, words, Look())
    assert all(cell_len(text) <= 79 for text in table.splitlines())
    plan = report.plan
    messages = [
        *plan.ways,
        *plan.warnings,
        *(why.message for why in plan.why),
        *([plan.refusal] if plan.refusal else []),
    ]
    for text in (table, *(said(message, words) for message in messages)):
        assert not re.search(r"(?<!Again)\?", text)
        assert not re.search(r"plan\.[a-z]", text)


def test_every_warning_can_be_had() -> None:
    warned = {warning.id for warning in recommend(*PLANS["everything wrong"]).warnings}
    assert warned == {
        "plan.warn.noise", "plan.warn.crop", "plan.warn.busy", "plan.warn.loss", "plan.warn.bloat",
        "plan.warn.unknown_platform", "plan.warn.orientation", "plan.warn.sync", "plan.warn.backup",
    }  # fmt: skip


def test_less_is_told_quietly() -> None:
    report = PlanReport(recommend(*PLANS["plain"]), sample("good"))
    quiet = plan_table(report, WORDS["en"], Look(quiet=True))
    assert "Where it comes from" not in quiet
    assert "3 of" not in quiet
    assert len(quiet.splitlines()) < 16
    assert "\x1b[" in plan_table(report, WORDS["en"], Look(color=True))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_words_that_are_put_together_are_there(words) -> None:
    from typing import get_args

    wanted = [f"plan.mark.{mark}" for mark in get_args(Mark)]
    wanted += [f"plan.binding.word.{binding}" for binding in get_args(Binding)]
    wanted += [f"plan.doubt.{doubt}" for doubt in ("few", "shared", "metered", "bloat")]
    wanted += [f"plan.content.{content}" for content in ("talking-head", "demo", "motion")]
    wanted += [f"plan.type_in.{pusher}" for pusher in ("companion", "hardware", "phone")]
    wanted += [f"plan.confidence.{level}" for level in ("high", "medium", "low")]
    wanted += [f"platforms.fact.{name}" for name in (*FACTS, "rates")]
    wanted += [f"platform.{name}" for name in KNOWN]
    assert not [key for key in wanted if not words.has(key)]
    assert set(FACTS) <= {field.name for field in fields(Platform)}


def test_every_rule_has_its_source() -> None:
    assert SOURCES.keys() == {field.name for field in fields(PushRules)}
