"""Nobody is at the bench: every question ends its step as not run."""

from harness.clock import Deadline
from harness.devices.operator import Answer, Question
from harness.errors import NotAvailableError


class AbsentOperator:
    """A bench without a person."""

    simulated = False

    async def ask(self, question: Question, deadline: Deadline) -> Answer:
        raise NotAvailableError(f"nobody is at the bench to answer {question.step!r}")
