"""The warning lamps of the cluster, by the end of their signals' names (`ICM_Lamp…`)."""

TELLTALES = (
    "Ready", "Isolation", "Battery", "BatteryHot", "SocLow", "Motor", "System", "Turtle", "Charge",
    "Plug", "LowVoltage", "Brake", "ParkingBrake", "Abs", "Esc", "Eps", "Airbag", "Tpms", "Belt",
    "Door", "Avas", "Adas", "Coolant", "Washer",
)  # fmt: skip
