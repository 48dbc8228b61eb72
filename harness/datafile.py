"""Reading YAML data files so that every complaint names its place.

`load` returns plain Python values plus a `Places` that knows line and column of every key and
value; `validate` checks them against a pydantic model and turns each complaint into
`file:line:column: what is wrong; expected ...`. YAML is read by the 1.2 core rules: `on`, `no`
and `12:30` stay text, and a key given twice is an error.
"""

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from harness.errors import FileError, Problem

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Key = str | int
Path_ = tuple[Key, ...]
ModelT = TypeVar("ModelT", bound="BaseModel")

MAX_BYTES = 4_000_000
_MAX_DEPTH = 40
_MAX_NODES = 200_000
"""Values of one file, aliases expanded: a small file can be made to unfold into billions."""

_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_FOLDED = re.compile(
    r"(?<=[\u2e80-\u9fff\uf900-\uffef“”‘’…—]) (?=[\u2e80-\u9fff\uf900-\uffef“”‘’…—])"
)
"""The space that YAML puts where a long line is folded; Chinese has none between its words."""
_NULL = re.compile(r"~|null|Null|NULL|")


class _TooManyValuesError(Exception):
    """Stops the unfolding of aliases."""


class Places:
    """Where each value of a file stands. Paths are tuples of keys and list indexes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._marks: dict[Path_, tuple[int, int]] = {(): (1, 1)}

    def note(self, path: Path_, line: int, column: int) -> None:
        self._marks[path] = (line, column)

    def count(self) -> int:
        return len(self._marks)

    def of(self, path: Path_) -> tuple[int, int]:
        """Line and column of the value at `path`, or of the nearest enclosing one."""
        while path not in self._marks:
            path = path[:-1]
        return self._marks[path]

    def has(self, path: Path_) -> bool:
        return path in self._marks

    def problem(self, path: Path_, what: str, expected: str = "") -> Problem:
        line, column = self.of(path)
        return Problem(self.file, line, column, what, expected)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises FileError when it is missing, too large or unreadable."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileError(
                [Problem(str(path), 0, 0, "the file is too large", f"at most {MAX_BYTES} bytes")]
            )
        return path.read_bytes()
    except OSError as error:
        raise FileError(
            [Problem(str(path), 0, 0, error.strerror or str(error), "a readable file")]
        ) from error


def load(path: Path, *, name: str | None = None) -> tuple[Any, Places, bytes]:
    """Values, places and bytes of a YAML file. Raises FileError."""
    data = read_bytes(path)
    values, places = loads(data, name or str(path))
    return values, places, data


def loads(data: bytes, name: str) -> tuple[Any, Places]:
    """Values and places of YAML text. `name` stands in messages. Raises FileError."""
    places = Places(name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileError([Problem(name, line, 1, "the file is not UTF-8 text", "UTF-8")]) from error
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        what = " ".join(part for part in (error.context, error.problem) if part)
        raise FileError([Problem(name, line, column, what, "valid YAML")]) from error
    except yaml.YAMLError as error:
        raise FileError([Problem(name, 0, 0, str(error), "valid YAML")]) from error
    except (RecursionError, ValueError) as error:
        raise FileError([Problem(name, 0, 0, f"not usable: {error}", "plain YAML")]) from error
    if node is None:
        raise FileError([Problem(name, 1, 1, "the file is empty", "a mapping")])
    problems: list[Problem] = []
    try:
        value = _build(node, (), places, problems, [])
    except _TooManyValuesError:
        raise FileError(
            [Problem(name, 1, 1, "the file unfolds into too many values", f"at most {_MAX_NODES}")]
        ) from None
    if problems:
        raise FileError(problems)
    return value, places


def _compose(text: str) -> yaml.Node | None:
    """The nodes of a text, by libyaml where it is there: it takes a tenth of the time.

    What libyaml does not accept is left to the parser in Python, whose messages are ours.
    """
    fast: Any = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        with suppress(yaml.YAMLError, RecursionError, ValueError):
            return yaml.compose(text, Loader=fast)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _build(
    node: yaml.Node, path: Path_, places: Places, problems: list[Problem], parents: list[yaml.Node]
) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    places.note(path, line, column)
    if places.count() > _MAX_NODES:
        raise _TooManyValuesError
    if len(path) > _MAX_DEPTH or any(node is parent for parent in parents):
        problems.append(Problem(places.file, line, column, "nested too deeply", "a flat file"))
        return None
    inside = [*parents, node]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Key, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if isinstance(key, float | bool):
                key = str(key_node.value)
            if not isinstance(key, str | int):
                problems.append(
                    Problem(
                        places.file,
                        key_node.start_mark.line + 1,
                        key_node.start_mark.column + 1,
                        "this key is not a name",
                        "a word or a whole number",
                    )
                )
                continue
            if key in mapping:
                problems.append(
                    Problem(
                        places.file,
                        key_node.start_mark.line + 1,
                        key_node.start_mark.column + 1,
                        f"the key {key!r} stands twice",
                        "each key once",
                    )
                )
            mapping[key] = _build(value_node, (*path, key), places, problems, inside)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*path, index), places, problems, inside)
            for index, item in enumerate(node.value)
        ]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style != "|" and node.end_mark.line > node.start_mark.line:
        text = _FOLDED.sub("", text)
    if node.style in ("'", '"', "|", ">") or node.tag == "tag:yaml.org,2002:binary":
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text, 0) if text.startswith(("0x", "0o")) else int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


OR = " / or: "
"""Between the things that a value may be."""


def validate(model: type[ModelT], value: Any, places: Places, *, under: Path_ = ()) -> ModelT:
    """`value` as an instance of `model`; every complaint with its place. Raises FileError.

    `under` is where `value` stands in the file when it is not the whole of it.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - heavy, only for files

    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = [_problem(one, places, under) for one in error.errors(include_url=False)]
        raise FileError(_merged(problems)) from error


def _merged(problems: list[Problem]) -> list[Problem]:
    """One complaint for each place: a value that may be several things misses each of them."""
    found: dict[tuple[str, int, int, str], Problem] = {}
    for one in problems:
        same = found.setdefault((one.file, one.line, one.column, one.what), one)
        if same is not one and one.expected not in same.expected.split(OR):
            same.expected += OR + one.expected
    return list(found.values())


def _problem(detail: "ErrorDetails", places: Places, under: Path_) -> Problem:
    # Pydantic mixes names of union members into the location; keep the part that is in the file.
    path = under
    for part in detail["loc"]:
        if places.has((*path, part)):
            path = (*path, part)
    last = detail["loc"][-1] if detail["loc"] else ""
    kind = detail["type"]
    if kind == "missing":
        return places.problem(path, f"{last!r} is missing", f"a value for {last!r}")
    if kind == "extra_forbidden":
        return places.problem(path, f"{last!r} is not known here", "only the documented keys")
    what = f"{_shown(detail['input'])} is not accepted"
    message = detail["msg"].removeprefix("Value error, ")
    # Our own complaints say both what is wrong and what was expected.
    reason, said, expected = message.partition("; expected ")
    if said:
        return places.problem(path, f"{what}: {reason}", expected)
    return places.problem(path, what, _wanted(message))


_CHOICE = re.compile(r"'[^']*'|-?\d+(?:\.\d+)?")
_INPUT = "Input should be "
_FORMS = ("a valid ", "an instance of ", "a finite ", "greater than ", "less than ")


def _wanted(message: str) -> str:
    """What was expected, of pydantic's sentence about it: choices as a list, the rest shorter."""
    said = message.removeprefix(_INPUT)
    if said == message:
        return message
    if said.startswith(_FORMS):
        return said
    # Choices are joined as `'a', 'b' or 'c'`; they are names, or plain numbers.
    choices = _CHOICE.findall(said)
    if choices and not _CHOICE.sub("", said).strip(" ,or"):
        if len(choices) == 1:
            return said
        return "one of: " + ", ".join(one.strip("'") for one in choices)
    return message


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
