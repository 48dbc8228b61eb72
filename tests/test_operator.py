"""The person at the bench: at the terminal, in a file, or absent."""

import io
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.clock import Deadline, run
from harness.devices.operator import Answer, Operator, Question
from harness.devices.operator.absent import AbsentOperator
from harness.devices.operator.answers import load_answers
from harness.devices.operator.terminal import TerminalOperator
from harness.errors import FileError, NoReplyError, NotAvailableError, StopRun
from harness.text import Language, Text

CONFIRM = Question(
    kind="confirm", step="safety", subject="wear-ppe", ask=Text("请穿戴手套", "Gloves on")
)
LOOK = Question(
    kind="inspect",
    step="enclosure",
    subject="enclosure",
    ask=Text("柜体是否完好？", "Enclosure?"),
    choices=["normal", "abnormal"],
    labels={"normal": Text("正常", "normal"), "abnormal": Text("异常", "abnormal")},
)
MEASURE = Question(
    kind="reading",
    step="gun",
    subject="gun_surface_temperature",
    ask=Text("测量", "Measure"),
    unit="°C",
    instrument="infrared_thermometer",
)


class Technician:
    """A stand-in for the simulated technician that says what it was asked."""

    simulated = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        self.asked.append(question.subject)
        return Answer(value={"inspect": "abnormal", "reading": 31.5}.get(question.kind), by="sim")


RATE = Question(
    kind="rate",
    step="record",
    subject="record",
    ask=Text("记录如何？", "The record?"),
    choices=["0", "1", "2", "3"],
    labels={str(mark): Text(f"第{mark}档", f"anchor {mark}") for mark in range(4)},
)
Asker = Callable[..., tuple[Answer, list[str]]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Asker:
    def ask(
        lines: str,
        question: Question,
        *,
        language: Language = "en",
        technician: Operator | None = None,
    ) -> tuple[Answer, list[str]]:
        shown: list[str] = []
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))

        async def main() -> Answer:
            operator = TerminalOperator(language, "T-1", shown.append, technician)
            return await operator.ask(question, Deadline.after(30))

        return run(main, virtual=False), shown

    return ask


@pytest.mark.parametrize("word", ["stop", " STOP ", "停止", "中止"])
@pytest.mark.parametrize("before", ["", "2\n"], ids=["answer", "note"])
def test_stop_ends_the_run_at_every_prompt(typed: Asker, before: str, word: str) -> None:
    with pytest.raises(StopRun) as stopped:
        typed(f"{before}{word}\n", LOOK)
    assert stopped.value.aborted


def test_a_note_that_only_speaks_of_stopping_is_a_note(typed: Asker) -> None:
    answer, shown = typed("2\nbuttons: stop is loose\n", LOOK)
    assert (answer.value, answer.note) == ("abnormal", "buttons: stop is loose")
    assert any("stop]" in line for line in shown[-1:])


@pytest.mark.parametrize(("line", "value"), [("y", True), ("是", True), ("N", False), ("0", False)])
def test_confirm(typed: Asker, line: str, value: bool) -> None:
    answer, shown = typed(line + "\n", CONFIRM)
    assert answer.value is value
    assert answer.by == "T-1"
    assert any("Gloves on" in text for text in shown)


def test_chinese_shows_chinese(typed: Asker) -> None:
    _, shown = typed("1\n\n", LOOK, language="zh")
    assert any("柜体是否完好" in text for text in shown)
    assert any("1. 正常" in text for text in shown)


def test_a_choice_by_number_or_word_with_a_note(typed: Asker) -> None:
    assert typed("2\ndent\n", LOOK)[0] == Answer(value="abnormal", by="T-1", note="dent")
    assert typed("normal\n\n", LOOK)[0].value == "normal"
    assert typed("-\n", LOOK)[0].value is None


def test_a_reading(typed: Asker) -> None:
    assert typed("31,4\n", MEASURE)[0].value == pytest.approx(31.4)
    assert typed("−3\n", MEASURE)[0].value == -3


MANY = Question(
    kind="inspect",
    step="fault",
    subject="fault",
    ask=Text("判断故障", "Which fault?"),
    choices=[f"part-{number}" for number in range(40)] + ["contactor-welded"],
    labels={"contactor-welded": Text("接触器粘连", "Contactor welded")},
)


def test_a_long_list_is_searched(typed: Asker) -> None:
    answer, shown = typed("接触器\n" * 9 + "41\n\n", MANY, language="zh")
    assert answer.value == "contactor-welded", "looking for something costs no try"
    listed = [line for line in shown if "part-" in line or "粘连" in line]
    assert listed == ["  41. 接触器粘连"] * 9
    assert any("共 41 项" in line for line in shown)
    answer, shown = typed("全部\npart-7\n\n", MANY, language="zh")
    assert answer.value == "part-7"
    assert sum("part-" in line for line in shown) == 40
    with pytest.raises(NotAvailableError, match="after 5 tries"):
        typed("nothing of it\n" * 5, MANY)


def test_a_question_that_is_given_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\n" * 5))

    async def main() -> None:
        operator = TerminalOperator("zh", "T-1", shown.append)
        with pytest.raises(NotAvailableError):
            await operator.ask(MEASURE, Deadline.after(30))

    run(main, virtual=False)
    assert shown[-1].strip() == "连续 5 次没有可用的回答，本题不再询问，按未作答处理"


def test_what_is_not_understood_is_asked_again(typed: Asker) -> None:
    answer, shown = typed("warm\ninf\n40\n", MEASURE)
    assert answer.value == 40
    assert sum("Not understood" in text for text in shown) == 2
    with pytest.raises(NotAvailableError, match="no usable answer"):
        typed("x\n" * 10, MEASURE)


class Keyboard(io.StringIO):
    """Lines typed before the first question; the answer comes after it was shown."""

    def __init__(self, early: str, answer: str) -> None:
        super().__init__(early)
        self.asked = threading.Event()
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        if line := super().readline():
            return line
        self.asked.wait(5)
        answer, self._answer = self._answer, ""
        return answer


def _at_keyboard(keys: Keyboard, shown: list[str]) -> Answer:
    def show(line: str) -> None:
        shown.append(line)
        if line.startswith("?"):
            keys.asked.set()

    async def main() -> Answer:
        operator = TerminalOperator("zh", "T-1", show)
        return await operator.ask(CONFIRM, Deadline.after(30))

    return run(main, virtual=False)


def test_what_is_typed_before_the_question_does_not_answer_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys, shown = Keyboard("y\ny\n", "n\n"), list[str]()
    monkeypatch.setattr(sys, "stdin", keys)
    assert _at_keyboard(keys, shown).value is False
    assert shown[0].strip().startswith("提问之前输入的 2 行未采用")


def test_nothing_typed_early_is_not_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, shown = Keyboard("", "y\n"), list[str]()
    monkeypatch.setattr(sys, "stdin", keys)
    assert _at_keyboard(keys, shown).value is True
    assert shown[0].startswith("?")


def test_stop_typed_before_the_question_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keyboard("y\n停止\n", "y\n")
    monkeypatch.setattr(sys, "stdin", keys)
    with pytest.raises(StopRun):
        _at_keyboard(keys, [])


@pytest.mark.parametrize("word", ["stop", "停止"])
def test_stop_ends_the_run(typed: Asker, word: str) -> None:
    with pytest.raises(StopRun) as caught:
        typed(word + "\n", CONFIRM)
    assert caught.value.aborted


def test_end_of_input_means_nobody_is_there(typed: Asker) -> None:
    with pytest.raises(NotAvailableError, match="end of input"):
        typed("", CONFIRM)


def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:
            released.wait(5)
            return ""

    released = threading.Event()
    monkeypatch.setattr(sys, "stdin", Silent())

    async def main() -> None:
        operator = TerminalOperator("en", "T-1", lambda _: None)
        try:
            await operator.ask(CONFIRM, Deadline.after(0.05))
        finally:
            released.set()

    with pytest.raises(NoReplyError):
        run(main, virtual=False)


def test_on_a_simulated_bench_the_technician_acts_and_shows(typed: Asker) -> None:
    technician = Technician()
    typed("y\n", CONFIRM, technician=technician)
    assert technician.asked == ["wear-ppe"]
    typed("n\n", CONFIRM, technician=technician)
    assert technician.asked == ["wear-ppe"]
    answer, shown = typed("1\n\n", LOOK, technician=technician)
    assert answer.value == "normal", "the person's own answer counts, not what was shown"
    assert any("Simulated bench shows: abnormal" in text for text in shown)


def answers(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ask_file(path: Path, question: Question) -> Answer:
    operator = load_answers(path)

    async def main() -> Answer:
        return await operator.ask(question, Deadline.after(1))

    return run(main, virtual=True)


def test_answers_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "07.jpg").write_bytes(b"jpeg")
    path = answers(
        tmp_path,
        """by: T-104
answers:
  safety: true
  enclosure: {value: abnormal, note: dent, photo: 07.jpg}
  gun: {value: 31.4, instrument: irt-1}
""",
    )
    assert ask_file(path, CONFIRM) == Answer(value=True, by="T-104")
    assert ask_file(path, LOOK).photo == "07.jpg"
    assert ask_file(path, MEASURE).instrument == "irt-1"
    assert load_answers(path).unknown_steps({"safety", "enclosure", "gun"}) is None
    unknown = load_answers(path).unknown_steps({"safety", "gun"})
    assert unknown is not None
    assert "answers.yaml:4:14: no step is called 'enclosure'" in str(unknown)


@pytest.mark.parametrize(
    ("entry", "question", "expected"),
    [
        ("safety: done", CONFIRM, "true or false"),
        ("gun: warm", MEASURE, "a number in °C"),
        ("gun: true", MEASURE, "a number in °C"),
        ("enclosure: good", LOOK, "one of: normal, abnormal"),
        ("other: true", CONFIRM, "no answer for 'safety'"),
    ],
)
def test_a_wrong_answer_is_no_answer(
    tmp_path: Path, entry: str, question: Question, expected: str
) -> None:
    path = answers(tmp_path, f"by: T-1\nanswers:\n  {entry}\n")
    with pytest.raises(NotAvailableError, match=expected):
        ask_file(path, question)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("answers: {safety: true}", "'by' is missing"),
        ("by: T\nanswers:\n  a: {value: normal, photo: none.jpg}", ":3:29: "),
        ("by: T\nanswers:\n  a: {valu: 1}", ":3:"),
    ],
)
def test_a_wrong_answers_file_is_refused(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(FileError) as caught:
        load_answers(answers(tmp_path, text))
    assert where in str(caught.value)


def test_nobody() -> None:
    async def main() -> None:
        await AbsentOperator().ask(CONFIRM, Deadline.after(1))

    with pytest.raises(NotAvailableError):
        run(main, virtual=True)


@pytest.mark.parametrize("mark", [0, 1, 2, 3])
def test_a_mark_is_the_number_that_stands_before_its_anchor(typed: Asker, mark: int) -> None:
    answer, shown = typed(f"{mark}\nseen\n", RATE)
    assert answer == Answer(value=mark, by="T-1", note="seen")
    assert f"  {mark}. anchor {mark}" in shown
    assert len([line for line in shown if "anchor" in line]) == 4


def test_there_is_no_mark_beyond_the_anchors(typed: Asker) -> None:
    answer, shown = typed("4\n2.5\n2\n\n", RATE)
    assert answer.value == 2
    assert sum("Not understood" in line for line in shown) == 2
    assert typed("-\n", RATE)[0].value is None


@pytest.mark.parametrize("line", ["OL", "o.l", "超量程"])
def test_over_range_is_a_reading(typed: Asker, line: str) -> None:
    question = Question(kind="reading", step="s", subject="r", ask=Text("测", "measure"), unit="Ω")
    answer, shown = typed(f"{line}\n", question)
    assert answer.value == "OL"
    assert any("OL" in one for one in shown)
