"""A trial push in a process of its own (inside a namespace, say): a request as JSON in, a pickled PushTrace out."""

import json
import pickle
import sys

from rigcheck.ingest_state import PushRequest
from rigcheck.push_plan import Target
from rigcheck.sources.trial_push import push_trial

asked = json.loads(sys.argv[1])
target = Target(**asked.pop("target"))
sys.stdout.buffer.write(pickle.dumps(push_trial(PushRequest(target=target, **asked))))
