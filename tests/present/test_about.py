"""Why OBS was not seen: a sentence of its own for every reason, wherever it was met."""

import pytest
from reports import GOOD, Room, part, report_of

from rigcheck.i18n import languages, load_catalogue
from rigcheck.model import Reason
from rigcheck.present.about import reason_id
from rigcheck.present.fault import numbered_faults
from rigcheck.present.wording import facts, sentence, steps

EN, ZH = load_catalogue("en"), load_catalogue("zh-Hans")
URL = "ws://127.0.0.1:4455"
FAULTS = {
    Reason.UNREACHABLE: {"url": URL},
    Reason.DENIED: {"url": URL},
    Reason.TIMEOUT: {"url": URL, "seconds": 5.0},
    Reason.LOST: {"url": URL},
    Reason.JUNK: {"url": URL},
    Reason.TOO_OLD: {"url": URL, "version": "4.9.1"},
    Reason.REFUSED: {"request": "StartRecord", "code": 500},
    Reason.RECORDING: {},
}


def obs_fault(reason: Reason, params, words=EN):
    """What is said of an OBS that was not seen: the reason and what to do."""
    room = Room(values=part("obs", reason), params={key: params for key in GOOD if key.startswith("obs.")})
    first = next(
        fault.first for fault in numbered_faults(report_of(room).findings) if fault.first.check.startswith("obs.")
    )
    return facts(first, words)[0], " ".join(steps(first, words))


@pytest.mark.parametrize("words", [load_catalogue(name) for name in languages()], ids=languages())
def test_every_way_not_to_see_obs_has_its_own_sentence_and_its_own_advice(words):
    said = [obs_fault(reason, params, words) for reason, params in FAULTS.items()]
    assert len({why for why, _ in said}) == len(FAULTS)
    assert len({do for _, do in said}) == len(FAULTS)
    assert all("OBS" in why + do for why, do in said)
    assert not [do for _, do in said if "Unplug" in do or "拔" in do]


def test_a_password_that_cannot_be_read_is_not_a_wrong_one():
    why, do = obs_fault(Reason.DENIED, {"ref": "env"})
    assert why == "its password cannot be read (env)"
    assert do.startswith("Set the variable")


def test_obs_is_known_by_its_address_wherever_it_is_met():
    room = Room(values=part("camera", Reason.LOST), params=part("camera", {"url": URL}))
    said = [sentence(f, EN) for f in report_of(room).findings if f.check == "camera.black"]
    assert said == [f"Camera shows a picture: OBS ended or hung up meanwhile ({URL})"]
    assert reason_id(Reason.LOST, {"url": "nut://ups"}, "power", EN) == "reason.lost"
    assert reason_id(Reason.MISSING, {"url": URL}, "obs", EN) == "reason.missing"
