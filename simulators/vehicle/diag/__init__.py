"""The server side of diagnostics: what every control unit of the simulated car answers.

Read in this order: `trouble_code` and `memory` (the fault memory), `hooks` (the car as the server
sees it), `diagnosed_ecu` (what all services share), `dispatch`, the `service_*` modules and `obd`
(a function for each service), `server` (time: patience, sessions, restart), `attach` (all units of
a car on their bus nodes) and `router` (the gateway). `faults` is what can be wrong.
"""
