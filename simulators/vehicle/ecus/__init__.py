"""Control units: one module per unit with the sources of its signals and its trouble codes.

`source` and `transmitter` make frames, `reception` judges those of others, `ecu` is the unit on its
bus. What a unit knows of another one comes from frames; what it measures itself comes from the car.
"""
