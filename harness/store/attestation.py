"""The device verdicts of a run as an in-toto Statement v1 with the test-result predicate v0.1.

The predicate knows passed, warned and failed. A step that could not be judged is none of them: it
is listed by itself, and a run with such steps is never PASSED. Candidate verdicts are not in it.
"""

import base64
import hashlib
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harness.events import ProcedureEnded, RunEnded, StepEnded
from harness.evidence.keys import fingerprint
from harness.evidence.layout import JOURNAL, SEAL
from harness.evidence.seal import pae
from harness.store.outgoing import Verified
from harness.verdict import Verdict

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_NAMES = {
    Verdict.PASS: "passedTests",
    Verdict.CONDITIONAL_PASS: "warnedTests",
    Verdict.CONDITIONAL_FAIL: "failedTests",
    Verdict.FAIL: "failedTests",
}
_OWN = "charging-harness"


def statement(run: Verified) -> dict[str, Any]:
    """The statement. Its subjects are the journal and the seal of the bundle."""
    last: dict[str, Verdict] = {}
    ended: RunEnded | None = None
    procedures: dict[str, str] = {}
    for entry in run.entries:
        match entry.event:
            case StepEnded(verdict=verdict) as event if verdict is not None:
                last[f"{event.procedure}::{event.step}"] = verdict
            case ProcedureEnded() as event:
                procedures[event.procedure] = event.ending.value
            case RunEnded() as event:
                ended = event
            case _:
                pass  # no device verdict
    tests: dict[str, list[str]] = {name: [] for name in dict.fromkeys(_NAMES.values())}
    undecided: dict[str, str] = {}
    for name, verdict in last.items():
        if verdict in _NAMES:
            tests[_NAMES[verdict]].append(name)
        else:
            undecided[name] = verdict.value
    started = run.started
    return {
        "_type": STATEMENT,
        "subject": [
            {"name": JOURNAL, "digest": {"sha256": run.statement.journal.sha256}},
            {"name": SEAL, "digest": {"sha256": hashlib.sha256(run.seal).hexdigest()}},
        ],
        "predicateType": TEST_RESULT,
        "predicate": {
            "result": _result(tests, undecided, ended),
            "configuration": [
                {"name": f"{used.kind}/{used.name}", "digest": {"sha256": used.sha256}}
                for used in started.files
            ],
            **tests,
            f"{_OWN}:undecidedTests": undecided,
            f"{_OWN}:run": {
                "id": started.run_id,
                "procedures": procedures,
                "ending": ended.ending.value if ended else None,
                "verdict": ended.verdict.value if ended and ended.verdict else None,
                "bench": started.bench,
                "simulated": started.simulated,
                "recorded": started.recorded,
                "faults": started.faults,
                "started": run.statement.real_started,
                "ended": run.statement.real_ended,
            },
        },
    }


def _result(tests: dict[str, list[str]], undecided: dict[str, str], ended: RunEnded | None) -> str:
    """FAILED: the device failed, or nothing was shown of it. WARNED: something is left open."""
    if tests["failedTests"] or not (tests["passedTests"] or tests["warnedTests"]):
        return "FAILED"
    whole = ended is not None and ended.ending.value == "completed"
    return "WARNED" if tests["warnedTests"] or undecided or not whole else "PASSED"


def signed(statement: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """A DSSE envelope with the statement, signed."""
    payload = msgspec.json.encode(statement)
    signature = key.sign(pae(PAYLOAD_TYPE, payload))
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {
                "keyid": fingerprint(key.public_key()),
                "sig": base64.b64encode(signature).decode(),
            }
        ],
    }
