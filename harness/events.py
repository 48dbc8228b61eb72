"""The facts of a run, as one stream of typed events.

The engine emits them in order; the journal keeps them; the terminal, the report, the score and
`rejudge` are functions of them. An event carries what happened, never what somebody makes of it
later. The time of an event (seconds since the record's first instant) and its place in the
chain are added by the journal, so events themselves are plain values.
"""

from typing import Literal

import msgspec

from harness.limits import Judgement, Limit, Rule
from harness.quantity import Measurement, Value
from harness.text import Text
from harness.verdict import CandidateVerdict, Ending, Verdict


class Event(msgspec.Struct, frozen=True, tag_field="event", omit_defaults=True, kw_only=True):
    """Base of all events."""


class FileUsed(msgspec.Struct, frozen=True):
    """A data file that the run depends on. `copy` is its place inside the bundle."""

    kind: str
    name: str
    sha256: str
    copy: str


class RunStarted(Event, tag="run_started", frozen=True, kw_only=True):
    """First line of every journal; written before the first device is opened."""

    format: int = 1
    run_id: str
    utc: str
    """Wall time of the record's first instant, ISO 8601 (simulated in virtual time)."""
    virtual_time: bool
    simulated: bool
    """True when no device of the bench is real."""
    recorded: bool = False
    """Buses of this run come out of recordings: these were neither there nor simulated."""
    recorded_time: bool = False
    """`utc` is when the recordings were made."""
    procedures: list[str]
    bench: str
    seed: int
    faults: list[str] = []
    operator: str = ""
    station: str = ""
    edition: str = ""
    files: list[FileUsed] = []
    software: dict[str, str] = {}
    read_only: bool = False
    """The run was declared read-only: not one CAN frame may leave (see `bus_closed`)."""


class DeviceOpened(Event, tag="device_opened", frozen=True, kw_only=True):
    role: str
    simulated: bool
    profile: str
    profile_sha256: str
    connection: str
    recorded: bool = False


class BusOpened(Event, tag="bus_opened", frozen=True, kw_only=True):
    """One CAN bus of a vehicle, and how the harness is attached to it."""

    role: str
    bus: str
    connection: str
    databases: list[str]
    encodings: list[str] = []
    """Text encoding that each database was found to have."""
    listen_only: bool = False
    """The adapter itself was told not to send, not even acknowledgements."""
    capture: str = ""
    """File of the bundle that holds every frame."""
    recording_sha256: str = ""
    """Of a recorded bus: the hash of the file that was played."""
    recording_begins: str = ""
    """Wall time (ISO 8601) at which the recordings begin; empty where they have no date."""
    recording_notes: list[Text] = []
    """What a reader of its values should know about the file."""


class BusClosed(Event, tag="bus_closed", frozen=True, kw_only=True):
    """What a bus carried while the run was attached to it."""

    role: str
    bus: str
    received: int
    sent: int
    refused: int = 0
    """Frames that were not sent because the run is read-only."""
    error_frames: int = 0
    error_frames_unreported: str = ""
    """Why a count of none says nothing; empty: there were none."""
    undecodable: int = 0
    unknown_ids: dict[str, int] = {}
    """Identifier (hex, `x` behind it for 29 bit) -> frames."""
    load_mean: float | None = None
    """Share of the bit rate, 0 to 1."""
    load_peak: float | None = None
    lost: str = ""
    """Why the bus was lost; empty: it was there to the end."""

    @property
    def error_frames_known(self) -> int | None:
        """How many error frames there were; None where the adapter would not have told of any."""
        return None if self.error_frames_unreported and not self.error_frames else self.error_frames


class FramesSent(Event, tag="frames_sent", frozen=True, kw_only=True):
    """Sending through the database: one frame, or a cyclic transmission that was begun or ended."""

    step: str
    bus: str
    message: str
    values: dict[str, Value] = {}
    period: float | None = None
    """Seconds; None for a single frame; 0 ends the cyclic transmission."""
    data: str = ""
    """Payload of the (first) frame in hex."""


class DiagnosticExchange(Event, tag="diagnostic_exchange", frozen=True, kw_only=True):
    """One diagnostic request and what came of it; payloads in hex, frames are in the capture."""

    step: str
    unit: str
    request: str
    responses: list[str]
    outcome: str
    """`ok`, `silent` (as asked), `negative` (see `nrc`), `no_reply`, `bad_reply`, `link_lost`,
    `cancelled`, or `stray`: responses that no request was waiting for."""
    seconds: float
    nrc: int | None = None
    functional: bool = False
    """The request went to every unit at once."""
    error: str = ""


class InstrumentExchange(Event, tag="instrument_exchange", frozen=True, kw_only=True):
    """One line to a load or a source, and its reply; `error` says why there was none."""

    role: str
    step: str
    attempt: int
    command: str
    reply: str = ""
    seconds: float = 0.0
    error: str = ""


class DeviceIdentified(Event, tag="device_identified", frozen=True, kw_only=True):
    role: str
    identity: list[Measurement]


class InstrumentListed(Event, tag="instrument_listed", frozen=True, kw_only=True):
    """A hand instrument of the bench, with the state of its calibration at the start."""

    id: str
    type: str
    uncertainty: str = ""
    calibration_due: str = ""
    in_date: bool | None = None
    simulated: bool = False
    range: str = ""
    serial: str = ""


class ClockCompared(Event, tag="clock_compared", frozen=True, kw_only=True):
    """Offset of a device clock against the harness clock (device minus harness), seconds."""

    role: str
    offset: Measurement
    phase: Literal["start", "end"]


class PlanAnnounced(Event, tag="plan_announced", frozen=True, kw_only=True):
    """What the run is going to do to the bench, said before it does it."""

    procedure: str
    title: Text
    steps: int
    not_possible: dict[str, str] = {}
    """Steps that this bench cannot run, with the reason."""
    writes: list[str] = []
    energises: list[str] = []
    moves: list[str] = []
    """Steps that move something on the vehicle."""
    at_end: list[str] = []
    """Roles whose charging the ending may stop, if it is found running."""
    skills: list[str] = []
    deselected: list[str] = []
    groups: dict[str, Text] = {}
    """Group id -> title, in the order of the procedure."""


class StepStarted(Event, tag="step_started", frozen=True, kw_only=True):
    procedure: str
    step: str
    number: int
    title: Text
    action: str
    kind: str
    """Letter of the step kind: R W J I O V D A."""
    group: str = ""
    critical: bool = False
    attempt: int = 1
    parameters: dict[str, object] = {}
    item: str | None = None


class Measured(Event, tag="measured", frozen=True, kw_only=True):
    step: str
    measurement: Measurement


class Written(Event, tag="written", frozen=True, kw_only=True):
    """A command, its read-back and whether the two agree. An acknowledgement is not evidence."""

    step: str
    role: str
    point: str
    value: Value
    read_back: Measurement | None
    agreed: bool | None


class Asked(Event, tag="asked", frozen=True, kw_only=True):
    """A question to the person at the bench. `kind`: confirm, inspect, reading, observe, decide,
    rank, rate."""

    step: str
    kind: str
    question: Text
    choices: list[str] = []
    labels: dict[str, Text] = {}
    """Choice -> what the person was shown for it."""
    unit: str | None = None


class Answered(Event, tag="answered", frozen=True, kw_only=True):
    """The person's answer; `by` says who gave it (a code, `simulated technician`, a file)."""

    step: str
    kind: str
    value: Value | None
    by: str
    note: str = ""
    instrument: str = ""
    photo: str = ""


class Judged(Event, tag="judged", frozen=True, kw_only=True):
    """One verdict with everything that it rests on. `rejudge` repeats it from here."""

    step: str
    measurement: Measurement
    limit: Limit
    rule: Rule | None
    """The rule asked for; None means the default. The rule used stands in the judgement."""
    judgement: Judgement
    item: str | None = None
    clause: str | None = None
    confidence: str | None = None
    source: str = ""
    words: Text | None = None
    """What the standard itself calls this result, where it does not say pass and fail."""


class Concluded(Event, tag="concluded", frozen=True, kw_only=True):
    """The candidate's own conclusion, held against the key that the machine's verdicts give."""

    step: str
    answer: Value | None
    key: Value
    candidate: CandidateVerdict
    basis: dict[str, str] = {}


class StepEnded(Event, tag="step_ended", frozen=True, kw_only=True):
    """On disk before the next step starts. `verdict` None: the step makes no device claim."""

    procedure: str
    step: str
    attempt: int = 1
    verdict: Verdict | None
    candidate: CandidateVerdict | None = None
    reason: str = ""
    headline: Text | None = None
    modbus_lines: int = 0
    modbus_head: str = ""
    withheld: bool = False
    """Verdict, candidate verdict and reason are in the `Withheld` event that comes next."""


class FaultSet(Event, tag="fault_set", frozen=True, kw_only=True):
    """A seeded fault was switched on or off. `title` says what it does to the bench."""

    fault: str
    on: bool
    title: Text


class RecordingTaken(Event, tag="recording_taken", frozen=True, kw_only=True):
    """A recorder's recording was taken in: what later steps judge by."""

    step: str
    recording: str
    """The step that began it."""
    source: str
    """The recorder, or the name of its file."""
    seconds: float
    channels: dict[str, str]
    """Channel -> unit, number of values, resolution, uncertainty, gaps, in one line."""
    file: FileUsed | None = None
    """Its copy beside the journal."""


class OutcomeNoted(Event, tag="outcome_noted", frozen=True, kw_only=True):
    """Something went wrong outside a step (opening, restoring, a lost device, a signal)."""

    where: str
    branch: Literal["device", "bench", "person", "harness"]
    headline: Text
    detail: str


class Restored(Event, tag="restored", frozen=True, kw_only=True):
    """One setting put back to what it was before the run, and read back."""

    role: str
    point: str
    value: Value
    read_back: Measurement | None
    agreed: bool


class SafeState(Event, tag="safe_state", frozen=True, kw_only=True):
    """Whether one device was brought to its safe state, by what, and what was then measured."""

    role: str
    safe: bool
    how: str
    readings: list[Measurement] = []
    detail: str = ""


class ProcedureEnded(Event, tag="procedure_ended", frozen=True, kw_only=True):
    procedure: str
    ending: Ending
    verdict: Verdict | None
    counts: dict[str, int]
    coverage: float
    """Share of the device-judging steps that reached a verdict about the device."""


class RunEnded(Event, tag="run_ended", frozen=True, kw_only=True):
    ending: Ending
    verdict: Verdict | None
    exit_code: int
    reason: str = ""
    headline: Text | None = None
    safe: bool = True


class CandidateReading(Event, tag="candidate_reading", frozen=True, kw_only=True):
    """What the candidate read, held against the bench's own value. Never a device verdict."""

    step: str
    answer: Measurement
    """As the candidate gave it, with the uncertainty of the instrument that he used."""
    reference: Measurement
    """The bench's own value of the same quantity."""
    en: float | None
    """|difference| over the combined expanded uncertainty; right up to 1. None: not comparable."""
    band: float | None = None
    """A band (in the unit of the answer) that the scheme allows instead of En."""
    candidate: CandidateVerdict


class ExamStarted(Event, tag="exam_started", frozen=True, kw_only=True):
    """A candidate's work begins: what he is given. What is kept from him comes as `Withheld`."""

    scenario: str
    title: Text
    mode: Literal["exam", "practice"]
    candidate: str
    """A code, never a name."""
    order: Text
    """The work order, as the candidate gets it."""
    scheme: str
    scheme_sha256: str
    commitment: str
    """Hex SHA-256 of the key that opens what is withheld (see `harness.evidence.withheld`)."""
    minutes: float | None = None
    station: str = ""


class FaultPlan(msgspec.Struct, frozen=True):
    """One hidden fault: when it is there. `at`: a step before which it comes; empty: from the
    start."""

    fault: str
    at: str = ""


class ScenarioSet(Event, tag="scenario_set", frozen=True, kw_only=True):
    """What an exam hides: withheld from its start, opened at its end."""

    faults: list[FaultPlan]
    seed: int
    diagnosis: list[str] = []
    """Accepted diagnoses; the first is the full one."""
    handling: list[str] = []
    decisions: dict[str, str] = {}
    """Step -> right choice, where the scenario says so itself."""
    document: str = ""
    """The scenario file as it was used."""


class Withheld(Event, tag="withheld", frozen=True, kw_only=True):
    """An event that would tell the key: on record when it happened, readable after the exam."""

    data: str


class Padding(Event, tag="padding", frozen=True, kw_only=True):
    """Nothing. Withheld between what is, so that the number of withheld lines tells nothing."""


class HiddenExchange(Event, tag="hidden_exchange", frozen=True, kw_only=True):
    """A request to the injector of a bench during an exam: withheld, with the bytes on the wire."""

    exchange: dict[str, object]
    """The fields of a `Transaction`."""


class FaultsLeft(Event, tag="faults_left", frozen=True, kw_only=True):
    """Which of the hidden faults were still in the bench when the exam ended."""

    faults: list[str]
    known: bool = True
    """False: this bench cannot tell (a fault outside a simulation that a person put in)."""


class ExamOpened(Event, tag="exam_opened", frozen=True, kw_only=True):
    """The exam is over: this key opens everything that was withheld."""

    key: str
    why: str = ""
    """`handed_in`, `time_up`, `stopped`, `veto`."""


class ToolUsed(Event, tag="tool_used", frozen=True, kw_only=True):
    """The candidate took a tool by himself: read a point, measure, operate, replace, clear …"""

    step: str
    """The step that was open then."""
    tool: str
    target: str = ""
    detail: dict[str, Value] = {}
    ok: bool = True
    reason: str = ""


class HintGiven(Event, tag="hint_given", frozen=True, kw_only=True):
    """A hint in practice mode; counted."""

    step: str
    number: int
    hint: Text


class ClockNoted(Event, tag="clock_noted", frozen=True, kw_only=True):
    """One entry of the exam's clock ledger: what begins at this moment, by whom, and why."""

    phase: Literal["preparation", "working", "referee_pause", "technical_stop", "overtime", "ended"]
    by: str = ""
    why: str = ""


AnyEvent = (
    RunStarted
    | DeviceOpened
    | BusOpened
    | BusClosed
    | FramesSent
    | DiagnosticExchange
    | DeviceIdentified
    | InstrumentListed
    | InstrumentExchange
    | ClockCompared
    | PlanAnnounced
    | StepStarted
    | Measured
    | Written
    | Asked
    | Answered
    | Judged
    | Concluded
    | StepEnded
    | FaultSet
    | RecordingTaken
    | OutcomeNoted
    | Restored
    | SafeState
    | ProcedureEnded
    | RunEnded
    | CandidateReading
    | ExamStarted
    | ScenarioSet
    | Withheld
    | Padding
    | HiddenExchange
    | FaultsLeft
    | ExamOpened
    | ToolUsed
    | HintGiven
    | ClockNoted
)


class Transaction(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One request on a Modbus line and what came of it; one line of `modbus.jsonl`.

    `request` and `reply` are the bytes on the wire in hex (RTU with CRC, TCP with header).
    """

    role: str
    step: str = ""
    attempt: int = 1
    unit: int
    function: int
    address: int
    count: int
    request: str
    reply: str
    outcome: Literal["ok", "exception", "no_reply", "bad_reply", "link_lost"]
    seconds: float
    """Loop time from request to outcome."""
    exception: int | None = None
