"""When the evidence for a row is enough: rules as data, and what is still wanting."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from harness.assess.skill_evidence import Device, Evidence
from harness.datafile import load, validate
from harness.fields import FileModel, Kebab, TextField
from harness.text import Text

SHIPPED = Path(__file__).resolve().parent / "sufficiency.yaml"


class Sufficiency(FileModel):
    """The rules of a programme (practice notes D15, D19)."""

    rules: Kebab
    version: str = "1"
    title: TextField
    runs: int = Field(ge=1)
    dates: int = Field(ge=1)
    healthy: int = Field(default=0, ge=0)
    faulty: int = Field(default=0, ge=0)
    about_faults: list[str] = Field(default_factory=list)
    least_right: float = Field(ge=0, le=1)
    least_mark: int = Field(ge=0, le=3)
    least_mean: float = Field(ge=0, le=3)
    least_share: float = Field(ge=0, le=1)
    real_only: list[str] = Field(default_factory=list)
    same_wording: bool = False

    def with_runs(self, runs: int) -> "Sufficiency":
        """The same rules with another number of runs; never more dates than runs."""
        return self.model_copy(update={"runs": runs, "dates": min(self.dates, runs)})


def load_sufficiency(path: Path = SHIPPED) -> Sufficiency:
    """Rules from a file. Raises FileError."""
    values, places, _ = load(path)
    return validate(Sufficiency, values, places)


def why_not_counted(rules: Sufficiency, row: str, one: Evidence) -> Text | None:
    """Why this evidence does not count for the row; None when it does."""
    reasons = (
        _simulated(rules, row, one),
        _pending(one),
        _score(rules, one),
        _conclusions(rules, one),
        _marks(rules, one),
    )
    return next((reason for reason in reasons if reason is not None), None)


def wanting(rules: Sufficiency, row: str, counting: Sequence[Evidence]) -> list[Text]:
    """What is still wanting for the row; empty when the evidence is enough."""
    about_faults = row in rules.about_faults
    healthy, faulty = (
        sum(one.device is device for one in counting) for device in (Device.HEALTHY, Device.FAULTY)
    )
    asked = (
        (rules.runs, len(counting), Text("次有效运行", "counting run(s)")),
        (rules.dates, len({one.date for one in counting}), Text("个不同日期", "date(s)")),
        (rules.healthy * about_faults, healthy, Text("次正常设备", "run(s) at a sound device")),
        (rules.faulty * about_faults, faulty, Text("次故障设备", "run(s) at a faulty device")),
    )
    return [
        Text(f"需要 {need} {what.zh}，已有 {have}", f"{need} {what.en} needed, {have} there")
        for need, have, what in asked
        if have < need
    ]


def _simulated(rules: Sufficiency, row: str, one: Evidence) -> Text | None:
    if one.simulated and (row in rules.real_only or row in one.real_only):
        return Text("该条要求真实设备，模拟和录制不计", "only real devices count for this row")
    return None


def _pending(one: Evidence) -> Text | None:
    if one.pending:
        return Text(
            f"尚有 {one.pending} 项待考评员评定",
            f"{one.pending} still to be settled by an assessor",
        )
    return None


def _score(rules: Sufficiency, one: Evidence) -> Text | None:
    if one.score is None:
        return None
    if one.score.passed is False:
        return Text("本次考核未通过", "the exam was not passed")
    if one.score.passed is None:
        return Text("成绩尚未确定", "the score is still open")
    if one.score.share < rules.least_share:
        got, need = f"{one.score.share:.0%}", f"{rules.least_share:.0%}"
        return Text(f"得分率 {got}，低于 {need}", f"{got} of the marks, less than {need}")
    return None


def _conclusions(rules: Sufficiency, one: Evidence) -> Text | None:
    judged = one.right + one.wrong
    if judged and one.right / judged < rules.least_right:
        need = f"{rules.least_right:.0%}"
        return Text(
            f"判断正确 {one.right}/{judged}，低于 {need}",
            f"{one.right}/{judged} right, less than {need}",
        )
    return None


def _marks(rules: Sufficiency, one: Evidence) -> Text | None:
    if not one.marks:
        return None
    lowest = min(one.marks, key=lambda step: one.marks[step])
    if one.marks[lowest] < rules.least_mark:
        return Text(
            f"“{lowest}”评分 {one.marks[lowest]}，低于 {rules.least_mark}",
            f"{lowest} was marked {one.marks[lowest]}, less than {rules.least_mark}",
        )
    mean = sum(one.marks.values()) / len(one.marks)
    if mean < rules.least_mean:
        return Text(
            f"平均评分 {mean:.1f}，低于 {rules.least_mean:g}",
            f"mean mark {mean:.1f}, less than {rules.least_mean:g}",
        )
    return None
