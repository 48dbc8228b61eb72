"""Rows of procedures and bench files for the tests of mistakes in files."""

from pathlib import Path

from harness.bench.load import load_bench
from harness.catalogue.load import load_catalogue
from harness.engine.plan import Plan
from harness.engine.prepare import bind
from harness.procedure.load import load_procedure

HEAD = "bench: lab\ndevices:\n"
PILE = "  pile: {profile: gb-ac-pile, simulated: true}\n"
ASK = "ask: {zh: 请, en: Please}"
VOLTS = "limit: {low: 200, high: 250, unit: V}"
SOON = "limit: {within: 3 s}"
DEGREES = "limit: {high: 60 °C}"
LAMP = "subject: lamp, choices: [green, red], point: charging_state"
READING = f"quantity: t, instrument: infrared_thermometer, {ASK}"
DECIDE = f"subject: c, {ASK}, choices: {{a: {{zh: 甲, en: A}}, b: {{zh: 乙, en: B}}}}"
MARK = "{zh: 分, en: mark}"


def row(verb: str, with_: str = "{}", more: str = "", name: str = "a") -> str:
    """One step; `with` starts at line 7, column 11 of the first."""
    lines = [f"- id: {name}", "  title: {zh: 步, en: Step}", f"  do: {verb}", f"  with: {with_}"]
    return "\n".join([*lines, *([f"  {more}"] if more else [])]) + "\n"


def plan(path: Path, bench: str = "sim") -> Plan:
    loaded = load_bench(bench)
    catalogue = load_catalogue(loaded.catalogue_folders)
    (found,) = bind([load_procedure(str(path))], loaded, catalogue)
    return found


def key(**names: str) -> str:
    keys = {"in_service": "a", "restricted": "a", "out_of_service": "b", "failed": "first"} | names
    keys["out_of_service_if_failed"] = f"[{keys.pop('failed')}]"
    return "key: {" + ", ".join(f"{name}: {value}" for name, value in keys.items()) + "}"


def bench_file(folder: Path, text: str, name: str = "lab.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
