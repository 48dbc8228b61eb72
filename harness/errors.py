"""Every error of the harness, in one tree.

    HarnessError                     anything we raise on purpose
    ├── UsageError                   the call or a file is wrong; nothing was opened      exit 2
    │   ├── FileError                a file cannot be used: `file:line:column: ...`
    │   └── UnknownNameError         a name that does not exist; says which do
    ├── DeviceError                  the device under test answered, and the answer is bad
    │   ├── RefusedError             it refused the request (Modbus exception reply)
    │   │   └── NegativeResponseError    a control unit refused a diagnostic service
    │   ├── CommandIgnoredError      it acknowledged a command that had no effect
    │   └── ImplausibleError         it gave an answer that cannot be decoded
    ├── BenchError                   the bench failed: nothing is known about the device   exit 4
    │   ├── ConnectionFailedError    the port or address cannot be opened
    │   ├── NoReplyError             silence until the deadline
    │   ├── BadReplyError            bytes came, but no valid frame (CRC, short, wrong unit)
    │   ├── DeviceLostError          a device that answered does so no more
    │   ├── BusError                 a CAN bus or adapter carries no frames (bus-off)
    │   └── EvidenceError            the record cannot be written (disk full, folder gone)
    └── NotAvailableError            the bench has no such device, point or person: not run
        └── ReadOnlyError            the run is declared read-only, so nothing is sent

Whether a check failed because of the device or because of the bench is never guessed from a
message: it is the branch of this tree. Outcomes that must not be swallowed by a `try` of a
lab's own action (`StopRun`) derive from BaseException.
"""

from harness.text import Language, Text

_SHOWN = 20


class HarnessError(Exception):
    """A failure with a headline in both languages and a detail for the log.

    The headline is for people; `detail` is English and names place, value and expectation.
    """

    headline = Text("出错了", "Something went wrong")

    def __init__(self, detail: str, *, headline: Text | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if headline is not None:
            self.headline = headline

    def describe(self, language: Language) -> str:
        """Headline in the asked language, then the detail."""
        return f"{self.headline.get(language)}: {self.detail}"


class UsageError(HarnessError):
    """The call is wrong. Raised before anything is opened."""

    headline = Text("用法有误", "Wrong usage")


class FileError(UsageError):
    """A file is wrong. `line` and `column` count from 1; 0 means the whole file."""

    headline = Text("文件有误", "Wrong file")

    def __init__(self, problems: list["Problem"]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def describe(self, language: Language) -> str:
        count = len(self.problems)
        headline = Text(f"文件有 {count} 处错误", f"{count} problem(s) in a file")
        return f"{headline.get(language)}:\n{self.detail}"


class Problem:
    """One wrong place in a file: what is wrong there, and what was expected."""

    __slots__ = ("column", "expected", "file", "line", "what")

    def __init__(self, file: str, line: int, column: int, what: str, expected: str = "") -> None:
        self.file = file
        self.line = line
        self.column = column
        self.what = what
        self.expected = expected

    def __str__(self) -> str:
        tail = f"; expected {self.expected}" if self.expected else ""
        return f"{self.file}:{self.line}:{self.column}: {self.what}{tail}"


class UnknownNameError(UsageError):
    """A name that does not exist."""

    headline = Text("名称不存在", "Unknown name")

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        from difflib import get_close_matches  # noqa: PLC0415 - costs every start 5 ms otherwise

        close = get_close_matches(name, known, 5, 0.6)
        if close:
            hint = "did you mean: " + ", ".join(close)
        else:
            more = f" … ({len(known)} in all)" if len(known) > _SHOWN else ""
            hint = "known: " + (", ".join(sorted(known)[:_SHOWN]) or "none") + more
        super().__init__(f"no {kind} is called {name!r}; {hint}")
        self.kind = kind


class DeviceError(HarnessError):
    """The device under test answered, and the answer is bad."""

    headline = Text("设备应答异常", "The device answered badly")


class RefusedError(DeviceError):
    """The device refused a request. `code` is the Modbus exception code or the NRC."""

    headline = Text("设备拒绝请求", "The device refused the request")

    def __init__(self, detail: str, code: int) -> None:
        super().__init__(detail)
        self.code = code


class NegativeResponseError(RefusedError):
    """A control unit refused a diagnostic service. `code` is the negative response code (NRC)."""

    headline = Text("控制单元拒绝诊断请求", "The control unit refused the diagnostic request")

    def __init__(self, detail: str, code: int, service: int) -> None:
        super().__init__(detail, code)
        self.service = service


class CommandIgnoredError(DeviceError):
    """A command was acknowledged but its effect did not come."""

    headline = Text("命令未生效", "The command had no effect")


class ImplausibleError(DeviceError):
    """An answer that cannot be decoded by the profile."""

    headline = Text("设备数据无法解析", "The device sent data that cannot be decoded")


class BenchError(HarnessError):
    """The bench failed; nothing is known about the device."""

    headline = Text("台架故障", "The bench failed")


class ConnectionFailedError(BenchError):
    """A port or address cannot be opened."""

    headline = Text("无法打开连接", "The connection cannot be opened")


class NoReplyError(BenchError):
    """No byte came back before the deadline."""

    headline = Text("设备无应答", "No reply")
    asked_for_patience = False
    """It did say something: that its answer would come, and then none came."""


class BadReplyError(BenchError):
    """Bytes came back, but not a valid frame for this request."""

    headline = Text("应答帧无效", "Invalid reply frame")


class DeviceLostError(BenchError):
    """A device that answered before does so no more."""

    headline = Text("设备失联", "The device is gone")


class BusError(BenchError):
    """A CAN bus or its adapter does not carry frames."""

    headline = Text("总线故障", "The bus does not carry frames")


class EvidenceError(BenchError):
    """The record cannot be written or read."""

    headline = Text("证据记录失败", "The evidence cannot be written or read")


class NotAvailableError(HarnessError):
    """The bench has no such device, point or person. The step is not run."""

    headline = Text("台架不具备该项条件", "Not available on this bench")


class ReadOnlyError(NotAvailableError):
    """The run is declared read-only: not one frame may leave the bench."""

    headline = Text("只读运行，禁止发送", "Read-only run: nothing may be sent")


class StopRun(BaseException):
    """Ends the run from inside an action. A BaseException so that no `except Exception` eats it."""

    def __init__(self, reason: Text, *, aborted: bool) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.aborted = aborted
