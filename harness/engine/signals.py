"""Turning Ctrl-C, SIGTERM and their like into an orderly abort.

The first signal cancels the run, which then makes the bench safe. Further signals while that
goes on are told about but change nothing: an interrupted safe state is the worst of all endings.
"""

import asyncio
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

from harness.text import Text

_REASONS = {
    "SIGINT": Text("操作员按 Ctrl-C 中止", "Aborted by the operator (Ctrl-C)"),
    "SIGTERM": Text("收到终止信号", "Asked to terminate (SIGTERM)"),
    "SIGBREAK": Text("操作员按 Ctrl-Break 中止", "Aborted by the operator (Ctrl-Break)"),
    "SIGHUP": Text("终端已关闭", "The terminal was closed (SIGHUP)"),
}
_PATIENCE = Text("正在使台架进入安全状态，请稍候", "Making the bench safe first; please wait")


class AbortOnSignal:
    """While active, a signal cancels the given task once. Only the main thread can catch them."""

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self._task = task
        self._loop = task.get_loop()
        self._old: dict[int, Any] = {}
        self.reason = Text("运行被取消", "The run was cancelled")
        self.finishing = False

    def __enter__(self) -> "AbortOnSignal":
        if threading.current_thread() is threading.main_thread():
            for name in _REASONS:
                number = getattr(signal, name, None)
                if number is not None:
                    self._old[number] = signal.signal(number, self._caught)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, old in self._old.items():
            signal.signal(number, old)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        if self.finishing:
            sys.stderr.write(f"\n{_PATIENCE.zh} / {_PATIENCE.en}\n")
            return
        self.finishing = True
        self.reason = _REASONS[signal.Signals(number).name]
        self._loop.call_soon_threadsafe(self._task.cancel)
