"""Options that the commands of the store share, and opening it."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from harness.cli.base import option, say
from harness.errors import UsageError
from harness.text import Text
from harness.verdict import Verdict

if TYPE_CHECKING:
    from harness.store.filters import Filters
    from harness.store.store import Store

FILE = "store.db"
REALITY = {
    "real": Text("真实设备", "real devices"),
    "simulated": Text("模拟设备", "simulated"),
    "mixed": Text("部分模拟", "partly simulated"),
    "recorded": Text("录制数据", "from a recording"),
    "partly_recorded": Text("部分为录制数据", "partly from a recording"),
    "none": Text("未接设备", "no device"),
}
"""As `evidence.reality.KINDS`."""
_UPGRADED = Text(
    "索引是旧版的，已由证据重建：{} 次运行",
    "The index was of an earlier version; made anew from the bundles: {} runs",
)
_NEEDS = "the store needs SQLAlchemy; install it with: pip install 'charging-harness[store]'"


def store_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--bundles` and `--index`."""
    for one in (
        option(
            "--index",
            metavar="FILE|URL",
            envvar="HARNESS_STORE_INDEX",
            about=Text(
                "索引：SQLite 文件或 postgresql:// 地址；缺省为证据文件夹内的 store.db",
                "The index: an SQLite file or postgresql://…; by default store.db in the folder "
                "of the bundles",
            ),
        ),
        option(
            "--bundles",
            metavar="DIR|URL",
            default="runs",
            show_default=True,
            envvar="HARNESS_STORE_BUNDLES",
            about=Text(
                "存放证据的文件夹或 fsspec 地址；缺省 runs",
                "Where the bundles lie: a folder or a URL of fsspec; by default runs",
            ),
        ),
    ):
        function = one(function)
    return function


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which runs are meant."""
    for one in (
        option("--mode", type=click.Choice(["run", "exam", "practice"]),
               about=Text("检验、考试或练习", "Ordinary run, exam or practice")),
        option("--reality", type=click.Choice(list(REALITY)),
               about=Text("真实、模拟、部分模拟、录制、部分录制、未接设备",
                          "Real devices, simulated, mixed, recorded, partly recorded, none")),
        option("--real/--simulated", "real", default=None,
               about=Text("有真实设备／没有真实设备（含录制数据）",
                          "With a real device / without any, recordings included")),
        option("--until", metavar="DAY", default="", about=Text("截止日期（含当日，UTC）",
               "Last day, in UTC")),
        option("--since", metavar="DAY", default="", about=Text("起始日期（UTC）",
               "First day, in UTC")),
        option("--bench", default="", about=Text("台架", "Bench")),
        option("--verdict", type=click.Choice([one.value for one in Verdict]),
               about=Text("设备结论：项目的，其次流程的，否则整次运行的",
                          "Device verdict: of the item, else the procedure, else the run")),
        option("--item", default="", about=Text("检验项目", "Item of a standard")),
        option("--procedure", default="", about=Text("流程", "Procedure")),
        option("--candidate", metavar="CODE", default="", about=Text("考生代号",
               "Code of a candidate")),
    ):  # fmt: skip
        function = one(function)
    return function


def filters_of(given: dict[str, Any]) -> "Filters":
    """The filters among the parameters of a command, which are taken out of them."""
    from harness.store.filters import Filters  # noqa: PLC0415 - see open_store

    real = given.pop("real")
    names = (
        "candidate",
        "procedure",
        "item",
        "verdict",
        "bench",
        "since",
        "until",
        "mode",
        "reality",
    )
    values = {name: given.pop(name) or "" for name in names}
    return Filters(**values, simulated=None if real is None else not real)


def open_store(bundles: str, index: str | None, *, upgrade: bool = True) -> "Store":
    """The store that is asked for, its index upgraded if it is an old one. Raises UsageError."""
    try:
        from harness.store.store import Store  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlalchemy":
            raise
        raise UsageError(_NEEDS) from error
    if index is None:
        if "://" in bundles:
            raise UsageError(
                f"the bundles are at {bundles}; expected --index with a file or postgresql://…"
            )
        index = os.path.join(bundles, FILE)  # noqa: PTH118 - stays as it was typed
    store = Store(bundles, index)
    if upgrade and (made := store.upgrade()) is not None:
        click.echo(say(_UPGRADED).format(made.runs), err=True)
    return store
