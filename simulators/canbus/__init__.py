"""Simulated CAN buses: wiring, bit times, arbitration, error confinement, adapters.

Read in this order: `layout`, `parts` and `wiring` (the wires, what can be wrong with them, what
instruments show), `circuit` and `hearing` (what follows: who hears whom), `frame_length` (bit
times), `traffic` and `disturbed` (frames on a sound and on a faulty bus), `bus` (all of it
together). `slcan_server` is the door for third-party programs.
"""
