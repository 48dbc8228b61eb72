"""Failures, as people and scripts see them: one message, one exit code, never a traceback.

2: the call or a file is wrong and nothing was opened. 4: the bench or the harness failed.
130: stopped by Ctrl-C. HARNESS_DEBUG=1 adds the traceback of an unexpected exception.
"""

import errno
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import click

from harness.cli import wide
from harness.text import Language, Text

if TYPE_CHECKING:
    from harness.errors import HarnessError

_BROKEN_PIPE = 141
"""What a shell reports for a program that a closed pipe ended (128 + SIGPIPE)."""
_STOPPED = Text("已中止", "Stopped")
_UNEXPECTED = Text(
    "程序内部错误（请报告；设置 HARNESS_DEBUG=1 可显示详情）",
    "A mistake in the harness itself (please report it; HARNESS_DEBUG=1 shows more)",
)
_VALUES = (
    (r"(.+) is not in the range (.+)\.", r"\1 不在范围 \2 之内"),
    (r"'(.*)' is not a valid integer(?: range)?\.", r"“\1”不是整数"),
    (r"'(.*)' is not a valid float(?: range)?\.", r"“\1”不是数值"),
    (r"'(.*)' is not one of (.+)\.", r"“\1”不在可选值之内：\2"),
    (r"\w+ '(.*)' does not exist\.", r"“\1”不存在"),
    (r"\w+ '(.*)' is a directory\.", r"“\1”是文件夹"),
    (r"\w+ '(.*)' is a file\.", r"“\1”是文件，不是文件夹"),
)
"""What click says of a value, and the same in Chinese."""
_WRONG_USAGE = Text("用法有误", "Wrong usage")
_SEE_HELP = Text("查看用法", "For help")


class ClosedPipeError(Exception):
    """Whoever read our output has gone. Our own class, because click makes exit code 1 of it."""


def guarded(call: Callable[[], Any], language: Callable[[], Language]) -> int:
    """The exit code of `call`, which returns one, or None for 0. Failures are said on stderr."""
    for stream in (sys.stdout, sys.stderr):
        # A console in another encoding (GBK) must not end the run over one sign.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = call()
        sys.stdout.flush()
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - people get a sentence
        return _failed(error, language())
    return code if isinstance(code, int) else 0


def complain(error: BaseException, language: Language) -> None:
    """Say on stderr what happened, in the asked language. Raises nothing."""
    _failed(error, language)


def _failed(error: BaseException, language: Language) -> int:
    """Say what happened; the exit code for it."""
    from asyncio import CancelledError  # noqa: PLC0415 - only for failures

    from harness.errors import HarnessError, UsageError  # noqa: PLC0415
    from harness.verdict import ExitCode  # noqa: PLC0415

    code = ExitCode.BENCH
    match error:
        case HarnessError():
            _say(_described(error, language))
            code = ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.BENCH
        case click.ClickException():
            _say(_usage_problem(error, language))
            code = ExitCode.USAGE
        case click.Abort() | KeyboardInterrupt() | CancelledError():
            _say(_STOPPED.get(language))
            code = ExitCode.ABORTED
        case ClosedPipeError() | OSError(errno=errno.EPIPE):
            _silence(sys.stdout)
            code = _BROKEN_PIPE
        case _:
            _unexpected(error, language)
    return code


def _described(error: "HarnessError", language: Language) -> str:
    if language != "zh":
        return error.describe(language)
    from harness.engine import details  # noqa: PLC0415 - only for failures

    return details.describe(error)


def _unexpected(error: BaseException, language: Language) -> None:
    lines = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    _say(f"{_UNEXPECTED.get(language)}: {what}")
    if os.environ.get("HARNESS_DEBUG", "") not in ("", "0"):
        import traceback  # noqa: PLC0415 - only when something went wrong

        _say("".join(traceback.format_exception(error)).rstrip())


def _say(message: str) -> None:
    if sys.stderr.isatty():  # into a file or a pipe, a complaint stays one line
        message = wide.indent(message, shutil.get_terminal_size((80, 24)).columns, 0)
    with suppress(BrokenPipeError):
        click.echo(message, err=True)


def _silence(stream: TextIO) -> None:
    """Keep the interpreter from complaining about the closed pipe when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _usage_problem(error: click.ClickException, language: Language) -> str:
    headline = _WRONG_USAGE.get(language)
    detail = _chinese(error) if language == "zh" else error.format_message()
    message = f"{headline}: {detail}"
    context = getattr(error, "ctx", None)
    if context is not None:
        message += f"\n{_SEE_HELP.get(language)}: {context.command_path} --help"
    return message


def _chinese(error: click.ClickException) -> str:
    """click speaks English only; the commonest complaints are said in Chinese."""
    own = getattr(error, "zh", None)
    if own is not None:
        return str(own)
    if isinstance(error, click.NoSuchOption):
        near = "、".join(error.possibilities or ())
        return f"没有选项 {error.option_name}" + (f"，是否指 {near}？" if near else "")
    if isinstance(error, click.MissingParameter):
        parameter = error.param
        name = parameter.get_error_hint(error.ctx) if parameter is not None else ""
        return f"缺少 {name}".rstrip()
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 用法不对（{error.message}）"
    if isinstance(error, click.BadParameter):
        parameter = error.param
        name = parameter.get_error_hint(error.ctx) if parameter is not None else ""
        return f"{name} 的取值不对：{_value_problem(error.message)}"
    return error.format_message()


def _value_problem(english: str) -> str:
    """click's commonest complaints about a value, in Chinese; others as they are."""
    for pattern, chinese in _VALUES:
        if found := re.fullmatch(pattern, english, re.DOTALL):
            return found.expand(chinese)
    return english
