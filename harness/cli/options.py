"""Options that several commands share."""

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from harness.cli.base import option
from harness.text import Text

json_option: Callable[[Any], Any] = option(
    "--json", "as_json", is_flag=True, about=Text("输出 JSON，供程序读取", "JSON for programs")
)


def bench_option(default: str | None = "sim") -> Callable[[Any], Any]:
    """`--bench FILE|sim`."""
    return option(
        "--bench",
        default=default,
        metavar="FILE|sim",
        about=Text("台架文件；缺省为内置模拟台架 sim", "Bench file; by default the simulation"),
    )


def print_json(value: object) -> None:
    """One JSON value on standard output; escaped where the output is not UTF-8."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    click.echo(json.dumps(value, ensure_ascii=encoding != "utf8", indent=2))
