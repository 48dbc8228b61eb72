"""Who the pile says it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.quantity import Value


@dataclass(slots=True)
class Identity:
    """Names, numbers and versions by canonical point name; types as the profile has them."""

    values: dict[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value | None:
        return self.values.get(name)


@dataclass(slots=True)
class Tariff:
    """Prices in CNY/kWh (four decimals) and the version of the table."""

    prices: Mapping[str, float] = field(
        default_factory=lambda: {
            "tariff_sharp": 1.3826,
            "tariff_peak": 1.1247,
            "tariff_flat": 0.7015,
            "tariff_valley": 0.3428,
        }
    )
    version: int = 7
