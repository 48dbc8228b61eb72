"""`harness schema`: JSON Schema of the file formats, for editors and checkers."""

from collections.abc import Callable
from typing import Any

import click

from harness.actions.registry import all_actions
from harness.assess.scenario import Scenario
from harness.assess.scheme import Scheme
from harness.bench.model import BenchFile
from harness.cli.base import argument, command
from harness.cli.options import print_json
from harness.devices.can.checks_file import ChecksFile
from harness.devices.diag.description_file import DiagnosticsFile
from harness.devices.modbus.profile_file import ProfileFile
from harness.devices.vehicle.profile_file import VehicleProfileFile
from harness.procedure.model import Procedure
from harness.text import Text

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _procedure() -> dict[str, Any]:
    """Procedure files, with the parameters of every known action under `with`."""
    schema = Procedure.model_json_schema(by_alias=True)
    step = schema["$defs"]["Step"]
    actions = all_actions()
    step["properties"]["do"]["enum"] = sorted(actions)
    step["allOf"] = []
    for name, action in actions.items():
        parameters = action.parameters.model_json_schema(by_alias=True)
        schema["$defs"] |= parameters.pop("$defs", {})
        then: dict[str, Any] = {"properties": {"with": parameters}}
        if parameters.get("required"):
            then["required"] = ["with"]
        step["allOf"].append({"if": {"properties": {"do": {"const": name}}}, "then": then})
    return schema


def _bench() -> dict[str, Any]:
    return BenchFile.model_json_schema(by_alias=True)


def _profile() -> dict[str, Any]:
    return ProfileFile.model_json_schema(by_alias=True)


def _vehicle() -> dict[str, Any]:
    return VehicleProfileFile.model_json_schema(by_alias=True)


def _diagnostics() -> dict[str, Any]:
    return DiagnosticsFile.model_json_schema(by_alias=True)


def _checks() -> dict[str, Any]:
    return ChecksFile.model_json_schema(by_alias=True)


def _scheme() -> dict[str, Any]:
    return Scheme.model_json_schema(by_alias=True)


def _scenario() -> dict[str, Any]:
    return Scenario.model_json_schema(by_alias=True)


FORMATS: dict[str, Callable[[], dict[str, Any]]] = {
    "procedure": _procedure,
    "bench": _bench,
    "profile": _profile,
    "vehicle": _vehicle,
    "diagnostics": _diagnostics,
    "checks": _checks,
    "scheme": _scheme,
    "scenario": _scenario,
}


@command(
    "schema",
    about=Text(
        "输出文件格式的 JSON Schema，供编辑器补全和校验。",
        "JSON Schema of a file format, for editors and checkers.",
    ),
)
@argument("format", type=click.Choice(list(FORMATS)), about=Text("文件类别", "Which files"))
def schema(format: str) -> None:
    """Print the schema of one file format."""
    print_json({"$schema": _DRAFT, **FORMATS[format](), "title": f"{format} file"})
