"""What `harness profile new` writes: a register map with its explanations, to be filled in."""

_HEAD = """\
# A register map. Fill it in row by row from the printed table; try it with
#   harness profile check {name}.yaml
#   harness sim {sim} --modbus tcp://127.0.0.1:5020
#   harness profile probe {name}.yaml --modbus tcp://127.0.0.1:5020
# 点表。照着印刷的寄存器表逐行填写，用以上命令试用。
profile: {name}
title: {{zh: 新{device_zh}, en: New {device_en}}}
vendor: Example          # maker · 制造商
model: EX-1              # model · 型号
kind: {kind}
confidence: low          # high, medium, low: how sure the table is · 表格的可信程度
sources: [printed table, its edition and page]   # where it comes from · 来源
{ratings}
links:
  rtu: {{baudrate: 9600, bytesize: 8, parity: N, stopbits: 1, unit: 1}}
  tcp: {{port: 502, unit: 1}}

# Printed number of wire address 0, if the table counts 30001, 40001 or from 1.
# 表中编号与实际地址之差（如 30001、40001 或从 1 数起）。
numbering: {{input: 30001, holding: 40001}}
# 32-bit values: big = high word first (ABCD), little = low word first (CDAB).
# 32 位数的字序：big 高字在前，little 低字在前。
defaults: {{word_order: big}}
reading: {{max_registers: 60, gaps: false}}

points:
"""
_PILE = """\
  charging_state:
    at: input 0
    values: {0: idle, 1: connected, 2: charging, 3: fault}   # code: state · 代码: 状态
  voltage_l1:     {at: input 1, scale: 0.1, unit: V}
  current_l1:     {at: input 2, scale: 0.01, unit: A}
  total_energy:   {at: input 3, type: u32, unit: Wh}
  current_limit:  {at: holding 0, scale: 0.1, unit: A, access: rw, allowed: [0, [6, 32]]}
  charge_command: {at: holding 1, access: rw, values: {0: stop, 1: start}, energises: [start]}

# How charging is started and stopped, and which readings prove that it stopped.
# 如何启停充电，哪些读数能证明已停。
sequences:
  start: [{write: charge_command, value: start}]
  stop: [{write: charge_command, value: stop}]
safe_state:
  sequence: stop
  within: 10 s
  proof: {charging_state: {is_not: charging}, current_l1: {below: 0.5 A}}

# What the pile does when its master falls silent; without it the harness does not start charging.
# 主站失联后桩的动作；未写则不会启动充电。
# watchdog:
#   fed_by: any_request          # or rewrite_point, write_point with point:
#   timeout: 30 s
#   feed_every: 10 s
#   action: {zh: 停止充电, en: Stops charging}
"""
_METER = """\
  voltage_l1:     {at: input 0, type: f32, unit: V}
  current_l1:     {at: input 2, type: f32, unit: A}
  active_power:   {at: input 4, type: f32, unit: W}
  frequency:      {at: input 6, type: f32, unit: Hz}
  total_energy:   {at: input 8, type: f32, unit: kWh}
"""


def template(name: str, kind: str) -> str:
    """The text of a new register map of that name; `kind` is `pile` or `meter`."""
    pile = kind == "pile"
    head = _HEAD.format(
        name=name,
        kind=kind,
        sim=f"pile --profile {name}.yaml" if pile else f"bench --meter-profile {name}.yaml",
        device_zh="充电桩" if pile else "电能表",
        device_en="pile" if pile else "meter",
        ratings="ratings: {voltage: 220 V, current: 32 A, phases: 1}\n" if pile else "",
    )
    return head + (_PILE if pile else _METER)
