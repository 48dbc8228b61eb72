"""What a candidate did, as xAPI 1.0.3 statements for a learning record store.

One statement for each step in which the candidate read, did or concluded something, and one for
the run. The candidate is an account: a code at the address of whoever gave it out. Ids follow from
the seal, so that sending the same run twice makes nothing twice. Device verdicts are not among
them: a failed pile says nothing about a person. A score is told once it is signed off.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from harness.assess.codes import check_code
from harness.assess.recorded import claims, reviews_of
from harness.assess.skill_evidence import TECHNICIAN
from harness.errors import UsageError
from harness.events import Answered, ExamStarted, RunEnded, StepEnded, StepStarted
from harness.store.outgoing import Held, Verified
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending

_ADL = "http://adlnet.gov/expapi"
_VERBS = {
    "answered": Text("作答", "answered"),
    "completed": Text("完成", "completed"),
    "terminated": Text("中止", "terminated"),
}
_URN = "urn:charging-harness"
_NO_CODE = Text("没有考生代号（可能写的是姓名）", "it has no code of a candidate (a name, perhaps)")
_BEST = 100.0


def check_home(home: str) -> str:
    """The address that vouches for the codes. Raises UsageError when it is none."""
    if not home:
        raise UsageError(
            "xAPI names persons by an address; expected --home with one, like "
            "https://school.example"
        )
    parts = urlsplit(home)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{home!r} is no web address; expected one like https://school.example")
    return home


def statements(run: Verified, home: str) -> list[dict[str, Any]] | Held:
    """The statements of one run; Held when nobody knows whose they are."""
    exam = next((e.event for e in run.entries if isinstance(e.event, ExamStarted)), None)
    code = exam.candidate if exam is not None else run.started.operator
    try:
        check_code(code)
    except UsageError:
        return Held(run.place, _NO_CODE)
    return list(_Statements(run, exam, {"homePage": home, "name": code}).all())


class _Statements:
    """The statements of one run under way."""

    def __init__(self, run: Verified, exam: ExamStarted | None, account: dict[str, str]) -> None:
        self.run = run
        self.exam = exam
        self.registration = uuid5(NAMESPACE_URL, f"{_URN}:seal:{sha256(run.seal).hexdigest()}")
        self.actor = {"objectType": "Agent", "account": account}
        names = run.started.procedures
        self.whole = self._activity(
            f"scenario:{exam.scenario}" if exam else f"procedure:{'+'.join(names)}",
            exam.title if exam else Text(" ".join(names), " ".join(names)),
            "assessment" if exam else "performance",
        )

    def all(self) -> Iterator[dict[str, Any]]:
        started: StepStarted | None = None
        begun, by = 0.0, ""
        for entry in self.run.entries:
            match entry.event:
                case StepStarted() as event:
                    started, begun, by = event, entry.t, ""
                case Answered() as event:
                    by = event.by
                case StepEnded(candidate=verdict) as event if verdict and by != TECHNICIAN:
                    title = started.title if started else Text(event.step, event.step)
                    yield self._step(event, title, verdict, entry.t, entry.t - begun)
                case RunEnded() as event:
                    yield self._run(event, entry.t)
                case _:
                    pass  # no statement about a person

    def _step(
        self, event: StepEnded, title: Text, verdict: CandidateVerdict, t: float, seconds: float
    ) -> dict[str, Any]:
        result: dict[str, Any] = {
            "completion": verdict is not CandidateVerdict.ABSENT,
            "duration": _duration(seconds),
        }
        if verdict is not CandidateVerdict.PENDING:
            result["success"] = verdict is CandidateVerdict.RIGHT
        name = f"{event.procedure}:{event.step}:{event.attempt}"
        activity = self._activity(f"step:{event.procedure}:{event.step}", title, "interaction")
        parent = {"parent": [{"objectType": "Activity", "id": self.whole["id"]}]}
        extension = {f"{_URN}:candidate-verdict": verdict.value, f"{_URN}:attempt": event.attempt}
        return self._statement(
            (name, "answered"), activity, result, t, activities=parent, extensions=extension
        )

    def _run(self, event: RunEnded, t: float) -> dict[str, Any]:
        completed = event.ending is Ending.COMPLETED
        result: dict[str, Any] = {"completion": completed, "duration": _duration(t)}
        review = self.run.result.review
        signed = claims(reviews_of(self.run.folder)) if review and review.signed_off else []
        if signed:
            total = signed[-1].total
            result["score"] = {"scaled": total / _BEST, "raw": total, "min": 0, "max": _BEST}
            if signed[-1].passed is not None:
                result["success"] = signed[-1].passed
        verb = "completed" if completed else "terminated"
        extension = {f"{_URN}:ending": event.ending.value}
        return self._statement(
            ("run", verb), self.whole, result, t, activities={}, extensions=extension
        )

    def _statement(
        self,
        named: tuple[str, str],
        activity: dict[str, Any],
        result: dict[str, Any],
        t: float,
        *,
        activities: dict[str, Any],
        extensions: dict[str, Any],
    ) -> dict[str, Any]:
        run, (name, verb) = self.run, named
        about = {
            f"{_URN}:run": run.result.run_id,
            f"{_URN}:head": run.result.head,
            f"{_URN}:simulated": run.started.simulated,
            f"{_URN}:recorded": run.started.recorded,
            f"{_URN}:mode": self.exam.mode if self.exam else "run",
        }
        return {
            "id": str(uuid5(self.registration, name)),
            "actor": self.actor,
            "verb": {"id": f"{_ADL}/verbs/{verb}", "display": _map(_VERBS[verb])},
            "object": activity,
            "result": {**result, "extensions": extensions},
            "context": {
                "registration": str(self.registration),
                "platform": "charging-harness",
                **({"contextActivities": activities} if activities else {}),
                "extensions": about,
            },
            "timestamp": self._moment(t),
        }

    def _activity(self, name: str, title: Text, kind: str) -> dict[str, Any]:
        return {
            "objectType": "Activity",
            "id": f"{_URN}:{quote(name, safe=':+')}",
            "definition": {"type": f"{_ADL}/activities/{kind}", "name": _map(title)},
        }

    def _moment(self, t: float) -> str:
        """When it really was. What happened in simulated time all happened when that was run."""
        if self.run.started.virtual_time:
            return datetime.fromisoformat(self.run.statement.real_ended).isoformat()
        start = datetime.fromisoformat(self.run.started.utc).astimezone(UTC)
        return (start + timedelta(seconds=t)).isoformat(timespec="milliseconds")


def registration_of(statement: dict[str, Any]) -> UUID:
    """Of which sealed run a statement is."""
    return UUID(statement["context"]["registration"])


def _map(text: Text) -> dict[str, str]:
    return {"zh-CN": text.zh, "en": text.en}


def _duration(seconds: float) -> str:
    """ISO 8601, to a hundredth of a second."""
    return f"PT{max(0.0, seconds):.2f}S"
