"""VIN and trouble codes of one control unit, with python-can, can-isotp and udsoncan alone.

    python read_vin.py socket://127.0.0.1:5030

Nothing of the harness is used: the simulated car is a car on a slcan adapter, as `COM5` would be.
"""
# ruff: noqa: T201 - a script prints

import sys

import can
import isotp
import udsoncan
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection

REQUEST, RESPONSE = 0x7E0, 0x7E8
VIN = 0xF190
CONFIRMED = 0x08


def main() -> None:
    config = {
        **udsoncan.configs.default_client_config,
        "data_identifiers": {VIN: udsoncan.AsciiCodec(17)},
    }
    with can.Bus(interface="slcan", channel=sys.argv[1], bitrate=500_000) as bus:
        bus.set_filters([{"can_id": RESPONSE, "can_mask": 0x7FF, "extended": False}])
        address = isotp.Address(txid=REQUEST, rxid=RESPONSE)
        link = PythonIsoTpConnection(isotp.CanStack(bus, address=address))
        with Client(link, request_timeout=5, config=config) as client:
            print("VIN", client.read_data_by_identifier(VIN).service_data.values[VIN])
            codes = client.get_dtc_by_status_mask(CONFIRMED).service_data.dtcs
            print("codes", [f"{code.id:06X}" for code in codes])


if __name__ == "__main__":
    main()
