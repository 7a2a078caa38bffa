"""Run in the room's namespace: measures the upload that the first argument describes, and pickles what came of it."""

import json
import pickle
import sys

import anyio

from rigcheck.errors import NotSeen
from rigcheck.sources.uplink import measure_uplink
from rigcheck.uplink_state import UplinkRequest
from rigcheck.value import Secret


async def main(given):
    on_air = given.pop("on_air", False)
    token = Secret(given.pop("token")) if "token" in given else None
    request = UplinkRequest(**given | {"engines": tuple(given["engines"]), "token": token})
    try:
        with anyio.fail_after(request.deadline_s):
            return await measure_uplink(request, on_air=on_air)
    except NotSeen as unseen:
        return unseen


if __name__ == "__main__":
    outcome = anyio.run(main, json.loads(sys.argv[1]))
    sys.stdout.buffer.write(pickle.dumps(outcome))
