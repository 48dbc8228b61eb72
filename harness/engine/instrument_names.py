"""Kinds of hand instruments in words, for every face."""

from harness.text import Text

INSTRUMENTS = {
    "infrared_thermometer": Text("红外测温仪", "infrared thermometer"),
    "multimeter": Text("万用表", "multimeter"),
    "oscilloscope": Text("示波器", "oscilloscope"),
    "tread_gauge": Text("花纹深度尺", "tread depth gauge"),
    "insulation_tester": Text("绝缘电阻测试仪", "insulation tester"),
    "low_ohm_meter": Text("低电阻测试仪", "low-ohm meter"),
    "rcd_tester": Text("漏电保护器测试仪", "RCD tester"),
    "earth_tester": Text("接地电阻测试仪", "earth tester"),
    "tyre_gauge": Text("胎压表", "tyre pressure gauge"),
    "steel_ruler": Text("钢直尺或钢卷尺", "steel ruler or tape"),
    "paint_gauge": Text("漆膜测厚仪", "paint gauge"),
    "digital_level": Text("数显水平仪", "digital level"),
    "lux_meter": Text("照度计", "lux meter"),
    "dial_gauge": Text("百分表", "dial gauge"),
    "transmittance_meter": Text("透光率仪", "transmittance meter"),
    "steering_angle_gauge": Text("转向盘转角仪", "steering angle gauge"),
    "steering_force_gauge": Text("转向盘测力计", "steering force gauge"),
    "pedal_force_gauge": Text("踏板力计", "pedal force gauge"),
    "pedal_travel_gauge": Text("踏板行程尺", "pedal travel gauge"),
    "decelerometer": Text("制动性能测试仪", "decelerometer"),
    "stopwatch": Text("秒表", "stopwatch"),
    "clamp_meter": Text("钳形电流表", "clamp meter"),
    "milliohmmeter": Text("毫欧表", "milliohmmeter"),
}
