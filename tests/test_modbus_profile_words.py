"""Every complaint about a register map has a Chinese text with nothing of the English in it."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
import test_modbus_needs
import test_modbus_profile_errors
import test_modbus_tables
import test_modbus_variants

from harness.devices.modbus import profile as package
from harness.devices.modbus.profile import load_profile
from harness.engine import details
from harness.errors import FileError

FILES = sorted(Path(package.__file__).parent.glob("profile*.py"))
FILLINGS = ("x9", "7", "'x9'", "input 7", "7 to 9", "32 A", "current", "scale")
"""What may stand where a sentence is filled in: names, numbers, spans, quantities."""
_AS_WRITTEN = re.compile(r"“.*?”|'.*?'|\[.*?\]|\{.*?\}")


def whole(zh: str) -> bool:
    """Only what a file holds (names, numbers, keys) is in Latin letters, no sentence."""
    return re.search(r"[A-Za-z]{2,}[ ;]+[a-z]{2,}|\b(?:or|and|to|of|no)\b", _bare(zh)) is None


def _bare(zh: str) -> str:
    return _AS_WRITTEN.sub("", zh)


def chinese(zh: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", zh) is not None


def only_names(expected: str) -> bool:
    """Names, codes and units one after another, or `key: value`."""
    return re.fullmatch(r"(?:[\w.-]+: )?[^\s,']+(?:, [^\s,']+)*(?: …)?", expected) is not None


# As they are said


def said(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        load_profile(str(path))
    return [(one.what, one.expected) for one in caught.value.problems]


GOOD = test_modbus_profile_errors.GOOD
BITS = test_modbus_variants.MAP
NEEDS = test_modbus_needs.FILE.read_text("utf-8")
WRONG = {
    **{("plain", name): (GOOD, *row) for name, row in test_modbus_profile_errors.CASES.items()},
    **{("bits", name): (BITS, *row) for name, row in test_modbus_variants.WRONG.items()},
    **{
        ("tables", name): (test_modbus_tables.MAP, *row)
        for name, row in test_modbus_tables.WRONG.items()
    },
    **{("needs", name): (NEEDS, *row) for name, row in test_modbus_needs.WRONG.items()},
}


def test_what_is_wrong_with_a_map_is_said_in_chinese(tmp_path: Path) -> None:
    half: list[str] = []
    for case, (good, old, new, *_) in WRONG.items():
        assert old in good, case
        for what, expected in said(tmp_path, good.replace(old, new, 1)):
            zh, wanted = details.chinese(what), details.expected(expected)
            if not (chinese(zh) and whole(zh)):
                half.append(f"{case}: {what!r} -> {zh!r}")
            if expected and not (only_names(expected) or (chinese(wanted) and whole(wanted))):
                half.append(f"{case}: {expected!r} -> {wanted!r}")
    assert half == []


# As they stand in the code


def sentences(node: ast.expr) -> Iterator[list[str | None]]:
    """The texts that an expression can be, in pieces; None stands where something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield [node.value]
    elif isinstance(node, ast.JoinedStr):
        choices = [list(_part(part)) for part in node.values]
        for chosen in product(*choices):
            yield [piece for pieces in chosen for piece in pieces]
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)
        yield from sentences(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from sentences(value)


def _part(part: ast.expr) -> Iterator[list[str | None]]:
    if isinstance(part, ast.FormattedValue):
        found = list(sentences(part.value))
        yield from found
        if not found or isinstance(part.value, ast.BoolOp):
            yield [None]
    else:
        yield from sentences(part)


def complaints() -> Iterator[tuple[str, bool, list[str | None]]]:
    """Place, whether it is what was expected, and the pieces of the text."""
    for file in FILES:
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            named = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            if isinstance(node, ast.Assign) and named:
                target = node.targets[0].id  # type: ignore[attr-defined]
                if target in ("what", "wanted"):
                    for text in sentences(node.value):
                        yield f"{file.name}:{node.lineno}", target == "wanted", text
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name in ("complain.add", "complain.no_point", "self.add", "ValueError"):
                first = 0 if name == "ValueError" else 1
                for index, argument in enumerate(node.args[first:]):
                    if name == "complain.no_point" and index == 0:
                        continue  # the name of the point
                    for text in sentences(argument):
                        yield f"{file.name}:{node.lineno}", name == "ValueError" or index > 0, text


def in_chinese(text: list[str | None], *, expected: bool) -> bool:
    """With something fitting filled in, the text has a Chinese one and nothing else is left."""
    gaps = text.count(None)
    for filling in product(FILLINGS, repeat=gaps):
        pieces = iter(filling)
        english = "".join(next(pieces) if piece is None else piece for piece in text)
        zh = details.expected(english) if expected else details.chinese(english)
        if (chinese(zh) and whole(zh)) or (expected and only_names(english)):
            return True
    return False


def test_every_complaint_of_the_code_has_a_chinese_text() -> None:
    found = list(complaints())
    assert len(found) > 150
    assert [
        f"{place}: {text}" for place, expected, text in found
        if not in_chinese(text, expected=expected)
    ] == []  # fmt: skip


@pytest.mark.parametrize(
    ("zh", "good"),
    [
        ("没有数据点“no point”", True),
        ("小于 the timeout", False),
        ("version 与 cp_state 重叠", True),
        ("version overlaps 与 cp_state", False),
        ("0 to 5", False),
    ],
)
def test_half_english_is_noticed(zh: str, *, good: bool) -> None:
    assert whole(zh) is good
