"""The 38 needs of real register maps, and the tests that prove the language meets each of them."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROOF: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("four tables in one profile", (
        "test_modbus_device.test_reading_every_table_at_once",)),
    2: ("same number in two tables", (
        "test_modbus_plan.test_the_same_number_in_two_tables_is_two_requests",
        "test_modbus_profiles.test_sdm630_facts")),
    3: ("wire address against printed number", (
        "test_modbus_profiles.test_sungrow_facts", "test_modbus_profiles.test_sdm630_facts")),
    4: ("word order per point", (
        "test_modbus_codec.test_known_words", "test_modbus_profiles.test_sungrow_facts")),
    5: ("byte order of text, UTF-16", (
        "test_modbus_profiles.test_heidelberg_facts", "test_modbus_variants.test_utf_16")),
    6: ("types", (
        "test_modbus_codec.test_whole_numbers_come_back",
        "test_modbus_codec.test_floats_come_back", "test_modbus_codec.test_text_comes_back",
        "test_modbus_codec.test_bytes_come_back")),
    7: ("decimal scale, also on floats, and offset", (
        "test_modbus_codec.test_a_scaled_float",
        "test_modbus_codec.test_scaled_numbers_come_back_to_the_same_raw")),
    8: ("scale by another register, a mode or the firmware", (
        "test_modbus_maps.test_readings_are_multiplied_by_what_the_meter_says",
        "test_modbus_needs.test_the_scale_is_that_of_the_mode",
        "test_modbus_tables.test_versions_that_are_texts_decide_part_by_part")),
    9: ("non-linear or table conversion", (
        "test_modbus_maps.test_a_current_held_as_a_duty_cycle",
        "test_modbus_tables.test_special_numbers_and_curves")),
    10: ("fields inside a register, decimal digits", (
        "test_modbus_variants.test_bits_come_apart_and_together",
        "test_modbus_maps.test_examples_of_packing",
        "test_modbus_tables.test_decimal_digits_are_points_of_their_own")),
    11: ("values made of several points", (
        "test_modbus_needs.test_derived_values_are_read_with_their_points",)),
    12: ("bit sets", (
        "test_modbus_codec.test_flags_come_back",
        "test_modbus_codec.test_flags_without_a_name_are_kept")),
    13: ("text keys, gaps, unknown codes", (
        "test_modbus_maps.test_a_state_that_is_a_text", "test_modbus_codec.test_what_is_no_value")),
    14: ("shared state and CP letter", (
        "test_modbus_profiles.test_heidelberg_facts",
        "test_sim_registers.test_one_register_with_two_meanings_agrees")),
    15: ("markers for no value", ("test_modbus_codec.test_what_is_no_value",)),
    16: ("points under a condition, version or model", (
        "test_modbus_device.test_the_version_decides_what_there_is",
        "test_modbus_profiles.test_the_model_decides_the_maximum",
        "test_sim_registers.test_conditions_hide_points")),
    17: ("written there, read here", (
        "test_modbus_device.test_writing_with_each_function",
        "test_sim_registers.test_write_only_points_cannot_be_read")),
    18: ("not read back on old firmware", (
        "test_modbus_device.test_the_version_decides_what_there_is",)),
    19: ("function code of a write, all words at once", (
        "test_modbus_device.test_writing_with_each_function",
        "test_sim_registers.test_single_register_write_of_a_long_value_is_refused")),
    20: ("allowed values with a gap, maximum by model", (
        "test_modbus_codec.test_what_is_not_allowed_says_what_is",
        "test_modbus_profiles.test_the_model_decides_the_maximum")),
    21: ("magic values, self-clearing and inverted commands", (
        "test_modbus_device.test_an_inverted_command",
        "test_modbus_codec.test_inverted_commands_need_nothing_but_their_codes",
        "test_sim_registers.test_protected_meter_settings_need_the_password")),
    22: ("preconditions, ordered writes, settle time, one limit per phase", (
        "test_modbus_device.test_preconditions_hold_back_only_what_energises",
        "test_modbus_device.test_the_settle_time_is_waited_for",
        "test_modbus_needs.test_a_phase_that_did_not_take_the_limit_speaks_for_all")),
    23: ("watchdog fed by any request", (
        "test_modbus_maps.test_watchdogs_of_all_kinds_live_by_the_feeder_alone",)),
    24: ("watchdog fed by rewriting the setpoint", (
        "test_modbus_maps.test_watchdogs_of_all_kinds_live_by_the_feeder_alone",)),
    25: ("watchdog fed by a dedicated write", (
        "test_modbus_maps.test_watchdogs_of_all_kinds_live_by_the_feeder_alone",
        "test_modbus_variants.test_tokens_are_written_in_turn")),
    26: ("fail-safe action and recovery (named and shown; carried out by a person)", (
        "test_sim_watchdog.test_state_f_until_fed_again_and_recovered",
        "test_cli_profile.test_recovery_and_what_is_kept_are_shown")),
    27: ("kept or lost without supply", (
        "test_cli_profile.test_recovery_and_what_is_kept_are_shown",)),
    28: ("largest block, forbidden spans, gaps", (
        "test_modbus_plan.test_a_gap_ends_the_block_unless_gaps_are_allowed",
        "test_modbus_plan.test_a_forbidden_span_is_not_read_over",
        "test_modbus_plan.test_exact_reads_one_point_at_a_time_and_two_views_at_once",
        "test_modbus_plan.test_interleaved_phases_are_read_at_once")),
    29: ("pause, slow answers, poll ceiling", (
        "test_modbus_line.test_the_pause_between_requests_is_kept",
        "test_modbus_maps."
        "test_a_pile_that_hangs_when_polled_is_not_read_more_often_than_it_stands")),
    30: ("several unit ids or a stride", (
        "test_modbus_maps.test_one_device_with_several_unit_ids",
        "test_modbus_needs.test_connectors_lie_a_stride_apart",
        "test_modbus_needs.test_connectors_may_be_unit_ids")),
    31: ("unit ids above 247, ids of a gateway", (
        "test_modbus_connection."
        "test_a_gateway_in_front_of_a_serial_device_keeps_its_unit_and_pause",
        "test_modbus_profiles.test_sungrow_facts")),
    32: ("number of clients, idle close", (
        "test_modbus_maps.test_a_connection_that_was_closed_for_idleness_is_opened_again",
        "test_modbus_maps.test_a_third_master_is_turned_away_and_the_others_go_on")),
    33: ("longer answers, first request ignored", (
        "test_modbus_needs.test_a_longer_reply_counts_where_the_profile_says_so",
        "test_modbus_needs.test_a_request_is_sent_again_for_a_device_that_ignores_the_first")),
    34: ("Modbus ASCII", ("test_modbus_needs.test_a_pile_inspected_over_ascii",)),
    35: ("a setting that ends the connection", (
        "test_modbus_maps.test_what_can_end_the_connection_is_written_only_where_that_is_said",)),
    36: ("variants of a device", (
        "test_modbus_variants.test_shipped_variants_are_served_and_read",)),
    37: ("meaning by the charging standard", (
        "test_modbus_variants."
        "test_the_register_of_the_cable_means_something_else_in_the_mode_of_gb_t",)),
    38: ("another master overwrites a value", (
        "test_modbus_variants.test_what_another_master_has_changed_is_put_on_record",)),
}  # fmt: skip
"""Need (numbered as in the survey of register maps) and the tests, as module and function."""


def test_every_need_has_its_tests() -> None:
    assert sorted(PROOF) == list(range(1, 39))
    assert [number for number, (_, tests) in PROOF.items() if not tests] == []


MODULES = sorted({name.partition(".")[0] for _, tests in PROOF.values() for name in tests})


@pytest.mark.parametrize("module", MODULES)
def test_the_tests_that_are_named_exist(module: str) -> None:
    tree = ast.parse((HERE / f"{module}.py").read_text("utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = {name for _, tests in PROOF.values() for name in tests}
    wanted = {name.split(".")[1] for name in named if name.startswith(f"{module}.")}
    assert wanted <= there
    assert all(name.startswith("test_") for name in wanted)
