"""Insulation resistance of a high-voltage circuit, referred to its voltage (GB 18384).

Ω/V = R / U. 30 kΩ at 399 V are 75 Ω/V: less than the 100 Ω/V that a DC circuit needs.
"""

from harness.catalogue.criteria.inputs import calculated, number, quality_of, root_sum, scaled
from harness.errors import UsageError
from harness.quantity import Measurement, Quality, Quantity

UNIT = "Ω/V"


def insulation_per_volt(resistance: Measurement, voltage: Measurement) -> Measurement:
    """Resistance over voltage in Ω/V, with the uncertainty of both.

    The standard refers to the highest working voltage; with a voltage measured below it the
    result is too favourable, so `voltage` is the highest one wherever that is known. A voltage of
    zero or less gives no value. Raises UsageError for units that do not fit.
    """
    inputs = (resistance, voltage)
    quality = quality_of(*inputs)
    if quality is not Quality.GOOD:
        return calculated("insulation_per_volt", None, UNIT, quality=quality, inputs=inputs)
    ohms, u_ohms = number(resistance, "Ω")
    volts, u_volts = number(voltage, "V")
    if volts <= 0:
        return calculated(
            "insulation_per_volt",
            None,
            UNIT,
            quality=Quality.MISSING,
            inputs=inputs,
            note=f"there is no voltage to refer to: {volts:g} V",
        )
    uncertainty = root_sum(scaled(u_ohms, 1 / volts), scaled(u_volts, ohms / volts / volts))
    return calculated("insulation_per_volt", ohms / volts, UNIT, uncertainty, inputs=inputs)


def required_resistance(voltage: Quantity, per_volt: Quantity) -> Quantity:
    """Smallest insulation resistance in kΩ: 400 V at 100 Ω/V need 40 kΩ. Raises UsageError."""
    volts = voltage.to("V")
    if volts <= 0:
        raise UsageError(f"{voltage} is no working voltage; expected more than 0 V")
    return Quantity(volts * per_volt.to(UNIT) / 1000, "kΩ")
