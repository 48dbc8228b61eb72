"""Finding a fault of a CAN bus from what is on record, without asking any device.

`evidence` puts the readings of one bus together, `signs` says what each of them points to,
`objections` what speaks against it, `rules` names the fault or says why none is named. `diagram` is
the wiring diagram, `search` the order in which a trunk is taken apart.
"""
