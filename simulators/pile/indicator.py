"""The lamp of the pile and the board that drives it."""


class Indicator:
    """`shown` is what the controller has set; lamp and board may be defective."""

    def __init__(self) -> None:
        self.shown = "standby"
        """standby, charging or fault."""
        self.lamp_works = True
        self.board_code: int | None = None
        """A code without meaning that a defective board reports; None: the board is sound."""

    def reported(self) -> str | int:
        """What the board reports: a state, or a raw code."""
        return self.shown if self.board_code is None else self.board_code

    def visible(self) -> str:
        """What a person sees."""
        return self.shown if self.lamp_works else "off"
