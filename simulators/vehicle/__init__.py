"""The car: its parts, its control units on four buses, and the hands that act on it.

Read in this order: `part` (what a part is and how a change is noticed), `car` (all parts, and how a
change goes round), `charging` and `vehicle_control` (its two decision makers), then `ecus/` (how
control units turn the car's condition into frames) and `network` (buses, gateway, mirror).
`hands` and `measuring` are what a technician does, reads and sees.
"""
