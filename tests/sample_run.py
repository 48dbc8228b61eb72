"""Writes a record step by step, in a time of its own. All verdicts come from `limits.judge`."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from harness.events import Answered, Asked, Judged, StepEnded, StepStarted, Transaction
from harness.evidence.journal import Bundle
from harness.limits import Limit, judge
from harness.quantity import Measurement, Quality, Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Verdict, worst

PROCEDURE = "PILE-INSP-01"


def _png(width: int = 160, height: int = 110) -> bytes:
    """A small picture: a grey cabinet with a scratch in its corner."""
    rows = b""
    for y in range(height):
        row = b""
        for x in range(width):
            door = 20 < x < 140 and 12 < y < 100
            scratch = door and abs((x - 100) - (y - 60)) < 2 and x > 100
            row += b"\x70\x30\x20" if scratch else b"\xb8\xc0\xc8" if door else b"\x60\x68\x70"
        rows += b"\0" + row

    def chunk(kind: bytes, data: bytes) -> bytes:
        sum_ = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


PNG = _png()


class SampleRun:
    """Writes a record step by step, in a time of its own."""

    def __init__(
        self, folder: Path, *, force_to_disk: bool = False, procedure: str = PROCEDURE
    ) -> None:
        self.now = 0.0
        self.procedure = procedure
        self.bundle = Bundle(folder, lambda: self.now, force_to_disk=force_to_disk)
        self.verdicts: dict[str, Verdict | None] = {}
        self._step = ""
        self._attempt = 1
        self._number = 0
        self._judged: list[Verdict] = []

    def frames(
        self, address: int, words: Sequence[int], *, outcome: str = "ok", seconds: float = 0.012
    ) -> int:
        """One Modbus TCP read on record; its line number."""
        self.now += seconds
        count = len(words)
        number = self.bundle.modbus.chain.lines + 1
        request = struct.pack(">HHHBBHH", number, 0, 6, 1, 3, address, count)
        body = struct.pack(">BBB", 1, 3, 2 * count) + b"".join(
            struct.pack(">H", word & 0xFFFF) for word in words
        )
        reply = struct.pack(">HHH", number, 0, len(body)) + body
        if outcome == "exception":
            reply = struct.pack(">HHHBBB", number, 0, 3, 1, 0x83, 2)
        return self.bundle.modbus.append(
            Transaction(
                role="pile",
                step=self._step,
                attempt=self._attempt,
                unit=1,
                function=3,
                address=address,
                count=count,
                request=request.hex(),
                reply="" if outcome == "no_reply" else reply.hex(),
                outcome=outcome,  # type: ignore[arg-type]
                seconds=seconds,
                exception=2 if outcome == "exception" else None,
            )
        )

    def start(
        self, step: str, zh: str, en: str, kind: str = "R", *, group: str = "", attempt: int = 1,
        action: str = "pile.measure", critical: bool = False, item: str | None = None,
    ) -> None:  # fmt: skip
        if attempt == 1:
            self._number += 1
        self._step, self._attempt, self._judged = step, attempt, []
        self.bundle.emit(
            StepStarted(
                procedure=self.procedure,
                step=step,
                number=self._number,
                title=Text(zh, en),
                action=action,
                kind=kind,
                group=group,
                critical=critical,
                attempt=attempt,
                item=item,
            )
        )

    def read(
        self, name: str, value: Value | None, unit: str | None = None, *, address: int = 4096,
        words: Sequence[int] = (0,), uncertainty: float | None = None,
        quality: Quality = Quality.GOOD, source: str = "pile", reads: int = 1, note: str = "",
        at_least: float | None = None,
    ) -> Measurement:  # fmt: skip
        lines = [self.frames(address, words) for _ in range(reads)]
        return Measurement(
            name=name,
            value=value,
            unit=unit,
            uncertainty=uncertainty,
            quality=quality,
            source=source,
            at=round(self.now, 6),
            raw=words[0] if reads else None,
            at_least=at_least,
            transactions=lines,
            note=note,
        )

    def judge(
        self, measurement: Measurement, limit: Limit, *, item: str | None = None,
        clause: str | None = None, confidence: str | None = None, source: str = "",
    ) -> None:  # fmt: skip
        judgement = judge(measurement, limit)
        self._judged.append(judgement.verdict)
        self.bundle.emit(
            Judged(
                step=self._step,
                measurement=measurement,
                limit=limit,
                rule=None,
                judgement=judgement,
                item=item,
                clause=clause,
                confidence=confidence,
                source=source,
            )
        )

    def ask(
        self, kind: str, zh: str, en: str, value: Value | None, *, choices: Sequence[str] = (),
        unit: str | None = None, note: str = "", instrument: str = "", photo: str = "",
    ) -> None:  # fmt: skip
        self.bundle.emit(
            Asked(
                step=self._step,
                kind=kind,
                question=Text(zh, en),
                choices=list(choices),
                unit=unit,
            )
        )
        self.now += 4.0
        self.bundle.emit(
            Answered(
                step=self._step,
                kind=kind,
                value=value,
                by="T-104",
                note=note,
                instrument=instrument,
                photo=photo,
            )
        )

    def end(
        self, verdict: Verdict | None = None, reason: str = "", headline: Text | None = None,
        candidate: CandidateVerdict | None = None,
    ) -> None:  # fmt: skip
        self.now += 0.05
        final = worst([*self._judged, verdict])
        self.verdicts[self._step] = final
        self.bundle.emit(
            StepEnded(
                procedure=self.procedure,
                step=self._step,
                attempt=self._attempt,
                verdict=final,
                candidate=candidate,
                reason=reason,
                headline=headline,
            )
        )
        self._step, self._attempt = "", 1
