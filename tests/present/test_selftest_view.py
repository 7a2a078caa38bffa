"""The selftest's table and JSON, of rows right and wrong."""

import json
from dataclasses import replace

import pytest
from proving import fault_of, proved
from rich.cells import cell_len

from rigcheck.errors import Exit
from rigcheck.i18n import languages, load_catalogue
from rigcheck.present import Look
from rigcheck.present.selftest import exit_of_proof, proof_json, proof_table
from rigcheck.selftest.fault import Excuse
from rigcheck.selftest.proof import Proof

WORDS = {language: load_catalogue(language) for language in languages()}
SOME = ("mic.hum", "camera.black", "obs.link", "network.wifi")


@pytest.fixture(scope="module")
def right() -> Proof:
    proof = proved([fault_of(name) for name in SOME], [Excuse("host.on_air", "state")])
    return replace(proof, untested=())


@pytest.fixture(scope="module")
def wrong(right: Proof) -> Proof:
    hum, black, link, wifi = right.rows
    assert hum.before is not None
    fallen = replace(black, fault=replace(black.fault, also={}), astray=black.others[:1])
    mild = replace(hum, after=hum.before)
    spoilt = replace(link, before=link.after, idle=("mic.muted",))
    gone = replace(wifi, before=None, after=None)
    return replace(right, rows=(mild, fallen, spoilt, gone), untested=("mic.dc",), baseless=("host.cpu",))


def test_a_right_proof_is_a_line_a_fault(right: Proof) -> None:
    lines = proof_table(right, WORDS["en"], Look()).splitlines()
    assert lines[0] == "SELFTEST OK: 4 faults, each turned its own check red"
    assert "camera.black         cap left on the lens          FAIL     light.subject +2" in lines
    assert "mic.hum              ground loop, 50 Hz            FAIL     mic.noise" in lines
    assert "network.wifi         on Wi-Fi, no cable            WARN" in lines
    assert "  camera.black turns light.subject: nothing is lit in a black picture" in lines
    assert lines[-1] == "  host.on_air: being on air is no fault"
    assert exit_of_proof(right) == Exit.OK


def test_a_wrong_one_says_what_is_wrong(wrong: Proof) -> None:
    text = proof_table(wrong, WORDS["en"], Look())
    assert text.splitlines()[0] == "SELFTEST FAILED: 6 not as they should be"
    assert "  ! mic.dc: no fault and no excuse, so nobody knows whether it works" in text
    assert "  ! host.cpu: excused, but there is a limit: it needs a fault" in text
    assert "  ! should say FAIL" in text
    assert "FAIL     *light.subject +2" in text
    assert "  ! light.subject says FAIL, and has nothing to do with it" in text
    assert "  ! says UNKNOWN without the fault, should say OK" in text
    assert "  ! mic.muted should go red with it, and does not" in text
    assert "  ! looks at nothing in this room" in text
    assert exit_of_proof(wrong) == Exit.FAIL


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("color", [False, True])
def test_it_fits_79_columns_in_every_language(right: Proof, wrong: Proof, words, color: bool) -> None:
    for proof in (right, wrong):
        text = proof_table(proof, words, Look())
        assert max(map(cell_len, text.splitlines())) <= 79
        assert "?" not in text
        if color:
            assert "\x1b[" in proof_table(proof, words, Look(color=True))


def test_json_has_everything_and_only_its_texts_depend_on_the_language(right: Proof, wrong: Proof) -> None:
    made = {language: json.loads(proof_json(right, words)) for language, words in WORDS.items()}
    english = made["en"]
    assert (english["command"], english["ok"], english["exit_code"]) == ("selftest", True, 0)
    black = english["rows"][1]
    assert black["check"] == "camera.black"
    assert black["fault"] == {"id": "selftest.fault.camera.black", "text": "cap left on the lens"}
    assert (black["before"], black["after"], black["wanted"], black["ok"]) == ("ok", "fail", "fail", True)
    assert black["changes"] == ["camera@main"]
    assert black["others"][0]["check"] == "light.subject"
    assert black["others"][0]["stops"]
    assert black["others"][0]["why"]["id"] == "selftest.also.black"
    assert not black["others"][1]["stops"]
    assert all(without_text(each) == without_text(english) for each in made.values())
    bad = json.loads(proof_json(wrong, WORDS["en"]))
    assert (bad["ok"], bad["exit_code"], bad["untested"], bad["baseless"]) == (False, 2, ["mic.dc"], ["host.cpu"])
    assert bad["rows"][1]["others"][0]["astray"]
    assert bad["rows"][3]["before"] is None


def without_text(value):
    if isinstance(value, dict):
        return {key: without_text(each) for key, each in value.items() if key != "text"}
    return [without_text(each) for each in value] if isinstance(value, list) else value
