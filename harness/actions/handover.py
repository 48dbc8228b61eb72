"""Handing a vehicle over: looking at it from all sides, and two people who sign one snapshot.

People are codes, never names. A signature is bound to the SHA-256 of the snapshot that lay before
them; where a real person looks at a real car, a view counts only with a photo of its own, which is
kept with its hash.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from harness.actions.changes import said
from harness.actions.context import StepContext
from harness.actions.diagnostics import has_diagnostics
from harness.actions.joint_given import earlier, require_run
from harness.actions.person import Ran
from harness.actions.registry import CheckContext, Complaint, action
from harness.devices.operator import ABNORMAL, NORMAL, Question
from harness.errors import NotAvailableError
from harness.fields import TextField
from harness.limits import Clear, Equals
from harness.rental import CODE, damaged_views
from harness.text import Text

MISSING_VIEWS, UNLISTED, NEW_DAMAGE = "missing_views", "unlisted_damage", "new_damage"
SIGNATURE_GAPS, SHEET = "signature_gaps", "sheet-of-renter"
SAME, OTHER = "same", "other"
_SHORT = 8
"""Characters of a hash that people compare."""

Steps = Annotated[tuple[str, ...], Field(min_length=1, description="Earlier steps")]


@dataclass(frozen=True)
class View:
    """What one look at the vehicle gave."""

    place: str
    abnormal: bool
    photo: str
    question: Question


@dataclass(frozen=True)
class Signature:
    """Who has signed which snapshot."""

    party: str
    code: str
    digest: str


def _place(subject: str) -> str:
    """`front-left` of `view-front-left`."""
    return subject.partition("-")[2]


def _check_view(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, context.parameters["if_run"], "if_run")


@action("operator.view", kind="V", judges=False, limit="none", check=_check_view,
        title=Text("环车查看并拍照", "Look from one side, with a photo"))  # fmt: skip
async def view(step: StepContext, *, ask: TextField, subject: str, if_run: Ran = ()) -> None:
    """Have the person look at one side: normal or abnormal, with a note and a photo.

    Makes no claim: `bench.views` and `bench.damage` say what follows from all of them. `if_run`
    names steps without which there is nothing to look at (the use, for a look at the return).
    """
    require_run(step, if_run)
    question = Question(
        kind="inspect", step=step.step, subject=subject, ask=ask, choices=[NORMAL, ABNORMAL],
        labels={NORMAL: Text("无损伤", "no damage"), ABNORMAL: Text("有损伤", "damage")},
        photo=_photos_wanted(step),
    )  # fmt: skip
    answer = await step.ask(question)
    if answer.value is None:
        raise NotAvailableError(f"nobody looked at {subject!r}")
    step.memory.kept[step.step] = View(
        _place(subject), answer.value == ABNORMAL, answer.photo, question
    )
    step.measured(said(step, subject, answer.value, answer.note))


def _photos_wanted(step: StepContext) -> bool:
    """Whether there is something to take a photo of, and somebody who can."""
    car = step.bench.model.devices.get("vehicle")
    return not step.bench.operator.simulated and (car is None or not car.simulated)


def _with_photo(step: StepContext) -> set[str]:
    """The looks whose photo no earlier look of this run has shown already."""
    photos: dict[str, str] = {}
    for name, one in step.memory.kept.items():
        if isinstance(one, View) and one.photo:
            photos.setdefault(one.photo, name)
    return set(photos.values())


def _views(step: StepContext, names: tuple[str, ...]) -> dict[str, View]:
    """The looks that were taken, by step."""
    found = {name: step.memory.kept.get(name) for name in names}
    return {name: one for name, one in found.items() if isinstance(one, View)}


def _check_of(context: CheckContext) -> Iterator[Complaint]:
    for key in ("of", "if_run"):
        yield from earlier(context, context.parameters.get(key, ()), key)


@action("bench.views", kind="J", limit="none", check=_check_of,
        title=Text("视角齐全", "All views are there"))  # fmt: skip
async def views(step: StepContext, *, of: Steps, if_run: Ran = ()) -> None:
    """Judge that the vehicle was seen from every side; a real one also with a photo of each.

    A picture that an earlier look has shown already is not counted again.
    """
    require_run(step, if_run)
    found = _views(step, of)
    shown = _with_photo(step) & found.keys()
    counted = shown if _photos_wanted(step) else found.keys()
    missing = [name for name in of if name not in counted]
    note = f"{len(found)} of {len(of)} views, {len(shown)} photos"
    step.judge(said(step, MISSING_VIEWS, missing, note), Clear())


@action("bench.damage", kind="J", limit="none", check=_check_of,
        title=Text("损伤核对", "Damage against the sheet"))  # fmt: skip
async def damage(step: StepContext, *, of: Steps, sheet: str | None = None) -> None:
    """List the sides where damage was seen, less those that the sheet of the vehicle names.

    `sheet` is a row of the site's ledger: sides, separated by commas, or `none`. Without it all
    damage counts: that is what is new at the return. In an exam the verdict for the key is that
    of what there really is to see.
    """
    listed: set[str] = set()
    if sheet is not None:
        if sheet not in step.bench.site:
            raise NotAvailableError(f"the bench file's site ledger has no {sheet!r}")
        listed = set(damaged_views(str(step.bench.site[sheet])))
    found = _views(step, of)
    if not found:
        raise NotAvailableError("nobody has looked at the vehicle")
    name = UNLISTED if sheet is not None else NEW_DAMAGE
    seen = [one.place for one in found.values() if one.abnormal and one.place not in listed]
    if step.examiner is not None:
        true = [one.place for one in found.values() if one.place not in listed
                and _truly_abnormal(step, one)]  # fmt: skip
        step.reference = said(step, name, true)
    step.judge(said(step, name, seen), Clear())


def _truly_abnormal(step: StepContext, one: View) -> bool:
    """Whether there is damage; what the bench cannot tell is as the person saw it."""
    assert step.examiner is not None
    truth = step.examiner.truth(one.question)
    return one.abnormal if truth is None else truth.value == ABNORMAL


def _check_snapshot(context: CheckContext) -> Iterator[Complaint]:
    yield from earlier(context, (context.parameters["snapshot"],), "snapshot")


@action("vehicle.sheet_shown", kind="V", limit="none", possible=has_diagnostics,
        check=_check_snapshot,
        title=Text("双方手中为同一份快照", "Both hold the same sheet"))  # fmt: skip
async def sheet_shown(step: StepContext, *, ask: TextField, snapshot: str) -> None:
    """Have the hash on the other party's sheet compared with that of the snapshot."""
    short = step.bench.maintenance.kept(snapshot).digest[:_SHORT]
    text = Text(f"{ask.zh}（{short}）", f"{ask.en} ({short})")
    labels = {SAME: Text("一致", "the same"), OTHER: Text("不一致", "another one")}
    answer = await step.ask(
        Question(kind="observe", step=step.step, subject=SHEET, ask=text,
                 choices=[SAME, OTHER], labels=labels)
    )  # fmt: skip
    if answer.value is None:
        raise NotAvailableError("nobody compared the sheets")
    step.judge(said(step, SHEET, answer.value, answer.note), Equals(SAME))


@action("vehicle.sign", kind="O", judges=False, limit="none", possible=has_diagnostics,
        check=_check_snapshot, title=Text("代号签认", "Sign with a code"))  # fmt: skip
async def sign(
    step: StepContext, *, ask: TextField, snapshot: str, party: Literal["staff", "renter"]
) -> None:
    """Have one party sign: a code, bound to the hash of the snapshot as it lies here now.

    A name is refused: no name enters the record.
    """
    digest = step.bench.maintenance.kept(snapshot).digest
    subject = f"signature-{party}"
    answer = await step.ask(Question(kind="observe", step=step.step, subject=subject, ask=ask))
    code = str(answer.value or "").strip()
    if CODE.fullmatch(code) is None:
        raise NotAvailableError("a code with a digit is wanted as a signature, never a name")
    step.memory.kept[step.step] = Signature(party, code, digest)
    step.measured(said(step, subject, code, f"snapshot {digest[:_SHORT]}"))


def _check_signed(context: CheckContext) -> Iterator[Complaint]:
    yield from _check_snapshot(context)
    yield from earlier(context, context.parameters["signatures"], "signatures")


@action("vehicle.signed", kind="J", limit="none", possible=has_diagnostics, check=_check_signed,
        title=Text("双方签认同一快照", "Both parties signed the snapshot"))  # fmt: skip
async def signed(
    step: StepContext, *, signatures: Steps, snapshot: str, renter: str | None = None
) -> None:
    """Judge that two different people signed, both for this snapshot.

    `renter` is a row of the site's ledger with the code of the driver whom the order names.
    """
    digest = step.bench.maintenance.kept(snapshot).digest
    kept = [step.memory.kept.get(name) for name in signatures]
    found = [one for one in kept if isinstance(one, Signature)]
    gaps: list[str] = []
    if len(found) < len(signatures):
        gaps.append("not_signed")
    if len({one.code.upper() for one in found}) < len(found):
        gaps.append("same_person")
    if any(one.digest != digest for one in found):
        gaps.append("other_snapshot")
    wanted = step.bench.site.get(renter) if renter is not None else None
    if wanted is not None and any(
        one.party == "renter" and one.code.upper() != str(wanted).upper() for one in found
    ):
        gaps.append("not_the_driver_of_the_order")
    step.judge(said(step, SIGNATURE_GAPS, gaps, f"snapshot {digest[:_SHORT]}"), Clear())
