"""Kinds of faults that were seen, each with the tests that hold it, by the number under which it was reported."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
KINDS: dict[tuple[int, str], tuple[str, ...]] = {
    (1, "what was known before a wait is used after it"): (
        "approvals/test_setting::what_somebody_else_changed_meanwhile_is_left_alone",
        "approvals/test_workspace_kinds::what_changed_before_the_act_stops_it",
        "approvals/test_workspace_access::two_admins_who_are_taken_out_at_the_same_moment_do_not_leave_none",
        "posts/test_redact::a_drawing_under_way_when_the_channel_is_shared_does_not_stay_readable",
        "posts/test_redact::a_look_at_the_channel_counts_for_a_moment_alone",
        "posts/test_redact::what_slack_lets_nobody_redraw_is_deleted_instead",
        "posts/test_redact::what_slack_lets_nobody_redraw_or_delete_is_told_once_to_admins_where_nobody_else_reads",
        "approvals/test_create_workspace::one_that_somebody_made_in_the_console_meanwhile_is_left_alone",
        "races/test_lost_answers::a_call_that_arrives_after_it_was_looked_for_is_found_and_not_said_to_be_undone",
        "admin/test_faults::a_workspace_that_may_still_be_created_is_not_asked_for_again",
    ),
    (2, "a rule that stops applying loosens"): (
        "approvals/test_rules::a_rule_binds_what_was_asked_under_it_though_its_workspace_is_called_otherwise_now",
        "approvals/test_rules::a_name_that_a_looser_table_has_makes_nobody_an_approver_of_what_was_asked_before",
        "approvals/test_rules::a_quorum_that_is_lowered_holds_for_what_is_asked_from_then_on",
        "policy/test_least::no_table_asks_for_fewer_approvals_than_the_kind_demands",
        "status/test_names::what_comes_to_match_nothing_is_told_once_and_once_when_it_is_mended",
        "cli/test_check::check_says_which_names_matched_nothing_when_the_bot_last_looked",
        "cli/test_doctor::the_doctor_names_what_the_policy_names_and_is_not_there",
        "approvals/test_invite::an_invite_is_no_way_around_those_who_approve_access_to_a_workspace",
        "words/test_folded::a_rule_for_a_workspace_holds_however_its_name_is_spelled",
    ),
    (3, "secrets where people type"): (
        "words/test_credentials::what_looks_like_a_secret_is_seen",
        "approvals/test_typed_secrets::a_form_refuses_a_secret_at_its_field",
        "approvals/test_typed_secrets::a_command_with_a_secret_is_not_carried_out",
        "approvals/test_typed_secrets::a_denial_refuses_a_secret_in_its_reason",
        "approvals/test_typed_secrets::no_other_door_takes_one",
    ),
    (4, "who is concerned isn't asked or told"): (
        "approvals/test_concerned::a_kind_that_changes_a_thing_of_somebodys_says_whose_it_is",
        "approvals/test_concerned::whose_key_is_disabled_hears_it_before_and_after",
        "approvals/test_concerned::the_owner_of_a_workspace_hears_before_and_after_what_changes_there",
        "approvals/test_workspace_kinds::one_approval_archives_nothing_and_the_owners_of_keys_hear_of_it",
        "approvals/test_remove_member::whoever_is_removed_never_decides_it",
        "approvals/test_remove_member::a_change_of_a_handed_over_key_is_told_to_its_new_owner",
        "approvals/test_withdraw_invite::whoever_asked_for_an_invite_is_named_and_hears_that_somebody_else_wants_it_withdrawn",
        "spend/test_changes::ending_is_told_in_the_channel_and_to_whoever_set_it_up",
        "spend/test_changes::what_others_set_up_is_changed_by_people_of_the_channel_and_admins_alone",
        "spend/test_changes::when_whoever_set_it_up_is_gone_the_admins_hear_once_that_nothing_can_be_sent",
    ),
    (5, "one value for two meanings"): (
        "approvals/test_key_scopes::both_shapes_of_a_key_say_where_it_works",
        "approvals/test_key_scopes::of_a_scope_that_comes_later_nobody_changes_a_key",
        "approvals/test_key_scopes::a_key_of_a_status_that_comes_later_is_not_taken_for_one_that_is_gone",
        "approvals/test_no_spend_limit::an_entry_that_may_be_of_another_limit_proves_none",
        "approvals/test_made_by_hand::no_key_is_accepted_that_acts_as_another_person_or_as_something_unknown",
    ),
    (6, "two spellings of a fact, one is read"): (
        "security/test_flags::both_ways_in_which_slack_tells_of_workspaces_are_read",
        "security/test_flags::what_slack_left_out_is_named_in_the_refusal_and_the_log",
        "security/test_identity::a_channel_of_which_slack_does_not_say_whether_it_is_shared_gets_no_card",
        "cli/test_doctor::the_doctor_names_what_slack_leaves_out_of_a_channel",
        "cli/test_doctor::the_doctor_names_missing_scopes_and_a_wrong_team",
    ),
    (7, "answers go wherever a payload says"): (
        "settings/test_network::answers_go_to_slacks_side_only",
        "slack/test_notifier::no_answer_is_posted_to_a_host_that_only_a_payload_names",
        "slack/test_notifier::an_answer_follows_no_way_that_leads_on_to_another_host",
    ),
    (8, "a duty that lives in memory"): (
        "posts/test_converge::a_drawer_that_dies_leaves_a_duty_behind",
        "posts/test_converge::a_slow_older_drawing_never_stays_on_top_of_a_newer_one",
        "posts/test_faults::answers_that_are_always_lost_end_some_day_and_their_topic_hears_of_it",
        "approvals/test_departures::a_departure_of_which_no_event_told_is_found_and_said_once",
    ),
    (9, "time off counts as trying"): (
        "posts/test_converge::time_in_which_nobody_tried_is_no_attempt",
        "status/test_watch::an_api_that_fails_is_told_after_hours_and_one_that_stumbles_is_not",
        "posts/test_converge::what_is_over_is_given_up_after_many_attempts_and_what_goes_on_is_not",
    ),
    (10, "a passing trouble is taken for a final one"): (
        "approvals/test_slow_looks::an_end_that_was_looked_at_too_slowly_is_tried_again_and_not_given_up",
        "approvals/test_ends_of_what_is_gone::a_spend_limit_of_an_archived_workspace_ends_without_anybody",
        "approvals/test_slow_looks::what_was_looked_at_too_slowly_is_tried_again_by_itself",
        "approvals/test_own_queue::what_goes_on_by_itself_waits_for_a_policy_that_can_be_read",
        "security/test_authority_today::a_retry_waits_for_a_policy_that_can_be_read",
        "approvals/test_holding::who_may_not_do_it_any_more_loses_it_and_approvers_are_reminded_until_somebody_has_it",
        "admin/test_faults::an_organization_on_hold_is_a_trouble_that_passes",
        "admin/test_capabilities::a_failure_says_nothing_about_what_is_offered",
        "directory/test_capabilities::an_unknown_never_takes_the_place_of_what_was_known",
    ),
    (11, "the note of an effect gives up like any other write"): (
        "store/test_patience::a_secret_is_not_lost_while_another_program_holds_the_database",
        "store/test_patience::a_note_of_an_effect_is_written_again_where_the_database_fails_in_the_middle",
        "posts/test_faults::where_a_message_stands_and_what_follows_is_noted_though_the_database_fails_in_the_middle",
        "approvals/test_secret::that_a_secret_was_shown_is_noted_though_the_database_fails_in_the_middle",
    ),
    (12, "rows behind a limit starve"): (
        "timers/test_timers::no_row_starves_behind_a_limit",
        "timers/test_timers::many_of_one_sort_keep_no_other_sort_waiting",
        "test_jobs::what_waits_for_somebody_silent_keeps_no_other_sort_waiting",
    ),
    (13, "every replica asks about everything that ever was"): (
        "posts/test_redact::only_channels_with_something_to_redact_or_restore_are_asked_about",
        "posts/test_redact::of_several_replicas_one_looks_at_the_channels_each_minute",
        "approvals/test_console_way::however_many_processes_look_the_keys_are_listed_once_a_minute",
    ),
    (14, "what is wrong is forgotten once the right thing is there"): (
        "approvals/test_findings::a_stray_is_remembered_after_the_right_one_appeared_until_it_is_put_away",
        "approvals/test_findings::right_and_wrong_seen_at_once_leave_a_finding_and_its_maker_is_told_too",
        "approvals/test_findings::a_second_stray_in_the_same_wrong_place_is_found_as_well",
    ),
    (15, "said to be sent while it wasn't"): (
        "approvals/test_seen_and_told::what_slack_does_not_take_yet_is_not_said_to_be_sent",
        "approvals/test_holding::steps_that_slack_does_not_take_yet_are_not_said_to_be_sent",
    ),
    (16, "a date without a zone crosses between people"): (
        "words/test_calendars::what_is_typed_is_kept_and_read_as_the_same_day",
        "words/test_calendars::a_day_of_another_length_ends_as_it_ends_there",
        "words/test_calendars::the_day_to_type_ends_a_key_in_no_calendar_before_it_was_promised",
        "approvals/test_whose_day::*",
        "test_moments::moments_become_days_and_texts_in_one_place",
    ),
    (17, "pace from a clock that jumps"): (
        "test_jobs::*",
        "security/test_authority_today::approvals_that_count_again_are_enough_at_the_next_click",
        "timers/test_timers::what_is_looked_at_often_is_so_though_the_clock_was_set_back",
        "timers/test_timers::a_clock_that_was_set_back_makes_no_claim_shorter_and_none_much_longer",
        "posts/test_faults::a_clock_that_is_set_back_takes_no_post_from_who_is_sending_it",
        "posts/test_faults::who_was_robbed_while_the_clock_was_set_back_sends_nothing",
        "spend/test_ledger::what_a_clock_that_ran_ahead_wrote_keeps_nothing_from_being_read_again",
        "spend/test_doubts::a_doubt_of_a_clock_that_ran_ahead_is_settled_by_the_next_reading",
        "claude_code/test_db::a_reading_by_a_clock_that_ran_ahead_is_replaced",
        "limits/test_peaks_sync::what_a_clock_that_ran_ahead_read_is_read_again_and_replaced",
        "status/test_watch::an_outage_that_began_by_a_clock_that_ran_ahead_is_told",
        "claude_code/test_plan::days_that_run_may_have_changed_or_were_missed_are_read_and_no_others",
    ),
    (18, "a day that counts hours nobody works"): (
        "policy/test_working_hours::only_working_time_counts",
        "policy/test_working_hours::working_time_adds_up",
        "policy/test_file::a_fault_of_the_calendar_names_its_line",
        "approvals/test_told_ahead::approvers_are_reminded_at_half_of_the_time_and_the_requester_before_its_end",
        "approvals/test_extensions::nights_and_weekends_do_not_count_and_both_sides_are_reminded_once",
    ),
    (19, "what was given ends without a word"): (
        "approvals/test_told_ahead::a_grant_is_told_a_week_and_a_day_ahead_and_a_shorter_one_halfway",
        "approvals/test_told_ahead::each_time_is_told_once_by_whoever_is_there",
        "approvals/test_told_ahead::a_later_end_moves_both_timers_once_and_takes_the_end_from_whoever_comes_late",
        "approvals/test_kind::a_kind_whose_grants_end_says_which_field_asks_for_it",
        "approvals/test_extensions::an_extension_that_nobody_decides_ends_with_its_grant",
    ),
    (20, "closed once, never looked at again"): (
        "spend/test_gaps::after_an_absence_of_any_length_nothing_that_was_revised_is_left_unread",
        "spend/test_sending::what_was_revised_in_an_absence_of_any_length_is_said_once_it_is_read",
        "spend/test_provisional::every_part_says_so_far_and_none_does_once_the_day_is_closed",
        "spend/reports/test_scheduled::figures_that_may_change_are_said_as_such_and_drawn_again_once_they_are_final",
        "spend/reconcile/test_closed::what_was_revised_during_an_absence_of_any_length_is_told_once_it_is_read",
    ),
    (21, "one odd answer is believed"): (
        "spend/test_doubts::one_odd_answer_changes_nothing_that_is_said",
        "admin/test_reports::what_is_no_amount_is_refused",
        "directory/test_listing::an_organization_without_a_single_member_is_not_believed",
        "status/test_names::a_list_of_workspaces_that_is_empty_all_at_once_is_not_believed",
        "spend/test_doubts::an_answer_says_in_one_line_which_of_its_days_are_in_doubt",
    ),
    (22, "of two statements the convenient one is believed"): (
        "admin/test_contradictions::a_list_that_is_cut_off_is_no_list",
        "admin/test_contradictions::a_page_that_leaves_out_whether_more_follows_is_not_taken_for_the_last",
        "admin/test_contradictions::rows_of_another_time_than_was_asked_for_are_not_believed",
        "admin/test_contradictions::figures_of_the_future_are_not_believed",
        "admin/test_contradictions::every_list_of_the_client_is_tried_here",
        "settings/test_settings::all_beside_anything_else_does_not_count_as_all",
        "admin/test_pages::pages_that_bring_the_same_rows_under_ever_new_cursors_are_an_error_and_no_endless_loop",
    ),
    (23, "a ratio to nothing"): (
        "spend/test_views::a_budget_is_a_ratio_only_where_it_carries_one",
        "spend/test_table::a_change_is_a_ratio_only_where_its_base_carries_one",
        "spend/test_table::parts_of_both_signs_have_no_share",
        "spend/reconcile/test_view::what_is_next_to_nothing_is_no_base_of_a_percentage",
        "spend/reports/test_counts::a_part_of_what_credits_made_small_has_no_share",
        "spend/test_thresholds::a_credit_is_no_cause_though_it_was_larger_on_usual_days",
    ),
    (24, "what is provisional doesn't say so"): (
        "spend/test_provisional::every_part_says_so_far_and_none_does_once_the_day_is_closed",
        "organization/test_person_view::costs_come_with_their_as_of_and_whether_they_are_final_in_both_texts",
        "spend/test_years::days_weeks_and_hours_of_a_table_have_their_year_and_files_have_iso_dates",
    ),
    (25, "a change is compared by another measure than is shown"): (
        "spend/test_digest::a_correction_is_worth_a_message_when_it_reads_differently_by_a_share",
        "claude_code/test_digest_desk::a_summary_is_corrected_where_it_reads_differently_by_a_share",
    ),
    (26, "one alert replaces another in silence"): (
        "spend/test_steps::a_second_monthly_alert_leaves_the_first_in_place_and_the_larger_is_the_budget",
    ),
    (27, "a column of two scales"): (
        "spend/test_views::a_month_and_its_budget_are_told_in_one_scale",
        "spend/test_digest::changes_that_are_read_together_have_one_scale",
    ),
    (28, "rows are read by their place in a tuple"): (
        "spend/test_ledger::rows_are_read_by_their_fields_wherever_those_stand",
        "spend/test_ledger::tokens_are_read_by_their_fields_wherever_those_stand",
        "claude_code/test_db::what_a_model_used_is_read_by_its_fields_wherever_those_stand",
    ),
    (29, "a blind watcher is as silent as one that sees nothing"): (
        "status/test_watch::a_refused_key_is_told_at_once_to_admins_later_to_readers_and_once_more_when_it_works",
        "status/test_watch::whoever_gets_reports_or_summaries_alone_hears_of_it_too",
        "status/test_watch::figures_that_no_longer_move_on_are_told_though_no_call_fails",
        "status/test_watch::status_says_that_the_report_of_claude_code_alone_can_not_be_read",
        "status/test_watch::status_answers_from_what_the_process_knows",
        "status/test_names::a_name_that_is_taken_out_of_the_file_is_mended_and_a_file_that_can_not_be_read_mends_nothing",
    ),
    (30, "several readings of one environment"): (
        "settings/test_network::every_client_takes_the_proxy_however_it_is_named",
        "settings/test_network::every_client_trusts_a_proxy_by_the_authorities_of_the_settings",
        "settings/test_network::socks_is_refused_in_a_sentence_without_the_password",
    ),
    (31, "health that asks for less than the work needs"): (
        "store/test_patience::a_connection_that_can_only_read_is_not_kept",
        "store/test_patience::a_user_who_may_not_use_one_of_the_tables_is_told_at_start_by_health_and_by_the_doctor",
        "races/test_full_disk::a_full_disk_is_said_and_everything_works_once_there_is_room",
        "store/test_patience::a_file_that_is_moved_or_replaced_below_the_process_is_said",
    ),
    (32, "a pooler between bot and database"): (
        "store/test_patience::no_statement_has_a_name_behind_a_pooler",
        "store/test_patience::statements_that_a_pooler_loses_are_named_in_a_sentence",
        "races/test_behind_a_pooler::two_replicas_behind_a_pooler_make_one_key",
        "races/test_behind_a_pooler::what_a_pooler_keeps_from_working_is_said_at_start_by_the_doctor_and_by_commands",
        "races/test_behind_a_pooler::a_pooler_that_lends_one_connection_for_a_session_is_said",
    ),
    (33, "values that files and shells wrap"): (
        "cli/test_check::check_reads_values_as_the_bot_does",
        "cli/test_app::what_a_dotenv_file_has_wrong_is_named_with_its_line",
        "settings/test_settings::a_comment_that_docker_keeps_behind_a_value_is_named_and_the_value_kept_secret",
        "settings/test_settings::a_list_is_split_however_it_is_written_and_nothing_of_it_is_swallowed",
    ),
    (34, "a closing sentence that isn't true"): (
        "cli/test_check::the_closing_sentence_says_what_a_policy_comes_to",
        "cli/test_check::a_normal_api_key_is_not_taken_for_an_admin_key",
        "cli/test_app::check_finds_a_place_where_no_database_can_be_made",
        "cli/test_doctor::the_doctor_names_a_quorum_that_a_group_is_too_small_for",
    ),
    (35, "what the first page says doesn't work as written"): (
        "cli/test_readme::every_make_target_and_command_that_readme_names_exists",
        "cli/test_readme::the_example_of_an_environment_is_the_present_one",
        "cli/test_output::what_goes_to_standard_output_is_the_file_and_nothing_else",
    ),
    (36, "the crowd of the first day"): (
        "approvals/test_own_queue::a_crowd_on_its_first_day_is_linked_from_the_member_list",
    ),
    (37, "the own queue is taken for a failure"): (
        "approvals/test_own_queue::an_approved_request_that_waits_for_the_own_budget_goes_on_by_itself",
        "spend/test_gaps::the_own_queue_is_no_failure_of_a_report",
        "claude_code/test_sync::the_own_queue_is_no_failure_of_the_report",
        "status/test_budget::the_status_takes_the_own_queue_for_no_failure_of_the_api",
    ),
    (38, "what grows blocks everybody"): (
        "approvals/test_rows::looks_cost_the_same_whatever_was_asked_long_ago",
        "approvals/test_rows::of_whoever_asked_most_no_more_is_read_than_is_shown",
        "organization/test_places::each_look_reads_so_many_lists_and_the_next_reads_on",
    ),
    (39, "one optional field that is left out makes a list unreadable"): (
        "admin/test_sdk_contract::a_field_that_a_gateway_left_out_is_null_where_the_sdk_says_optional",
        "admin/test_reports::an_actor_of_a_kind_that_comes_later_makes_no_report_of_claude_code_unreadable",
    ),
    (40, "a run that is ended leaves servers behind"): ("test_suite::a_run_that_is_ended_leaves_no_postgresql_behind",),
    (41, "a chart that says something else than Slack draws"): (
        "slack/test_charts::native_chart_holds_one_series_two_that_are_compared_or_the_total",
        "page/test_page::bars_stand_beside_each_other_and_areas_lie_over_each_other",
    ),
    (42, "what Slack makes of typed words"): (
        "handlers/test_typed_words::what_looks_like_an_address_is_read_as_it_was_typed",
        "handlers/test_typed_words::what_slack_makes_of_typed_words_is_undone",
    ),
    (43, "a reply whose thread is gone"): (
        "posts/test_faults::replies_to_a_message_that_was_deleted_are_lost_and_not_tried_for_ever",
    ),
    (44, "Slack's own words reach people"): (
        "handlers/test_typed_words::a_window_that_may_not_be_opened_any_more_is_told_in_words",
        "edge/test_listeners::a_first_act_is_heard_while_slack_does_not_say_who_we_are",
        "slack/test_notifier::what_the_app_may_not_do_is_told_in_words",
    ),
    (45, "what is shown and what is compared were washed differently"): (
        "handlers/test_typed_words::a_name_is_confirmed_as_it_is_shown",
        "handlers/test_typed_words::a_name_may_be_typed_as_keyboards_and_phones_write_it",
        "handlers/test_typed_words::a_name_with_what_keyboards_do_not_have_is_found",
        "words/test_folded::a_workspace_is_found_and_taken_by_either_spelling",
        "words/test_folded::what_nobody_sees_makes_no_other_workspace_anywhere",
        "words/test_folded::a_rule_for_a_workspace_holds_however_its_name_is_spelled",
        "approvals/test_ask_facts::nothing_that_nobody_sees_gets_into_a_name_or_tag",
    ),
    (46, "words that are swallowed"): (
        "words/test_ends::an_end_is_read_wherever_it_stands",
        "words/test_ends::what_may_be_an_end_is_left_to_the_person",
        "handlers/test_typed_words::an_end_that_is_not_understood_comes_back_in_the_form",
        "handlers/test_lines::access_is_read_in_one_line_and_sent",
        "handlers/test_any_order::words_in_any_order_fill_in_the_form_and_twins_are_left_to_people",
        "edge/test_listeners::a_refusal_reaches_whoever_closed_the_form_meanwhile",
        "spend/test_views::the_form_of_an_alert_takes_what_was_typed",
        "spend/test_front_door::digest_is_stopped_from_its_menu_and_from_its_form",
    ),
    (47, "other words for a thing lead nowhere"): (
        "handlers/test_typed_words::other_words_for_a_thing_lead_to_it_and_misspelt_names_to_the_nearest",
        "handlers/test_typed_words::the_form_of_a_key_keeps_what_was_typed",
        "handlers/test_typed_words::a_name_is_found_though_it_is_like_a_command_and_words_that_narrow_a_list_need_no_list",
        "handlers/test_member_lists::lists_are_narrowed_by_words_and_what_is_misspelt_is_one_click_away",
    ),
    (48, "raw markup in answers"): (
        "handlers/test_typed_words::references_are_shown_as_names_that_notify_nobody",
        "handlers/test_typed_words::people_who_are_named_by_mistake_are_shown_by_name",
    ),
    (49, "what is done by hand hangs on one person"): (
        "approvals/test_holding::any_approver_takes_it_over_or_hands_it_back_and_one_person_has_the_steps",
        "approvals/test_holding::of_two_who_press_at_once_one_has_it_and_who_has_it_no_more_can_not_hand_it_back",
        "approvals/test_holding::who_may_not_do_it_any_more_loses_it_and_approvers_are_reminded_until_somebody_has_it",
    ),
    (50, "what waits is in the way of what is wanted now"): (
        "approvals/test_replace::every_kind_says_what_waits_and_lets_its_requester_replace_it",
        "approvals/test_replace::of_many_who_replace_at_once_one_does",
        "approvals/test_replace::another_role_for_the_same_person_replaces_the_first_from_the_typed_line_and_from_the_form",
    ),
    (51, "what one did reads as done by another"): (
        "approvals/test_card_flows::a_workspace_archived_meanwhile_fails_in_words_and_can_be_given_up",
        "races/test_taken_over::giving_up_says_who_did_it_and_what_is_known",
        "approvals/test_console_way::what_was_made_by_hand_a_moment_ago_is_not_said_to_be_missing",
        "approvals/test_console_way::what_was_made_by_hand_a_moment_ago_is_not_replaced",
    ),
    (52, "a list that hides its rest, a card without what a decision needs"): (
        "test_lists::every_item_of_every_list_is_on_a_page_to_which_buttons_lead",
        "test_lists::no_view_cuts_a_list_by_itself",
        "handlers/test_keys::keys_are_listed_with_owner_and_end_and_narrowed_in_words",
        "handlers/test_key_card::filters_combine_and_lead_to_each_of_a_thousand_keys_once",
        "approvals/test_decisive::every_card_says_for_how_long_who_asks_by_which_rule_and_what_then",
        "approvals/test_decisive::a_card_keeps_its_purpose_who_asked_and_who_decided",
        "spend/test_front_door::breakdown_leads_on_for_whoever_asks_and_repeats_no_table_in_the_channel",
    ),
    (53, "the same mistake twice is silent; a click that a change overtakes is lost"): (
        "page/test_page::a_form_shows_each_error_at_its_field_keeps_what_was_typed_and_closes_when_accepted",
        "page/test_page::a_click_that_a_change_overtakes_is_not_lost",
    ),
    (54, "two zones for one moment"): (
        "test_moments::moments_become_days_and_texts_in_one_place",
        "test_moments::a_date_that_slack_would_show_as_it_is_is_found",
    ),
    (55, "a record of another policy than was evaluated"): (
        "approvals/test_request_card::details_name_todays_rule_as_such_once_another_one_may_have_been_evaluated",
        "approvals/test_rules::the_record_names_the_policy_that_was_evaluated",
    ),
    (56, "who left is counted on"): (
        "approvals/test_rules::who_left_is_not_counted_on_though_a_group_still_has_them",
        "status/test_names::what_comes_to_match_nothing_is_told_once_and_once_when_it_is_mended",
        "cli/test_doctor::the_doctor_names_what_the_policy_names_and_is_not_there",
        "approvals/test_create_workspace::somebody_who_left_meanwhile_spoils_nobody_elses_access",
    ),
    (57, "what is refused with a 200 counts as done"): (
        "slack/test_notifier::an_answer_that_slack_refuses_with_a_200_counts_as_refused",
    ),
    (58, "the last day of a month counts as over"): (
        "spend/test_periods::on_its_last_day_a_month_is_not_over_and_is_compared_with_as_many_days",
        "spend/test_views::on_its_last_day_a_month_is_not_spoken_of_as_over",
    ),
    (59, "what somebody deleted is waited for in silence"): (
        "approvals/test_deleted_card::a_card_that_was_deleted_is_shown_anew_when_approvers_are_reminded",
    ),
    (60, "a log that is whole is called broken"): (
        "approvals/test_replace::every_kind_says_what_waits_and_lets_its_requester_replace_it",
        "approvals/test_audit_facts::every_status_says_what_must_be_on_record",
    ),
    (61, "what is on record can't be found"): (
        "approvals/test_audit_trail::what_is_asked_about_is_followed_through_its_names_by_its_ids",
        "cli/test_app::audit_show_prints_what_is_about_something_and_proves_the_log",
    ),
    (62, "a record that names a rule by a version of which nothing is kept"): (
        "approvals/test_rules::the_record_names_the_policy_that_was_evaluated",
        "approvals/test_evaluation::the_record_says_who_decides_by_a_rule_that_may_be_gone",
    ),
    (63, "somebody's word passes for a proof"): (
        "approvals/test_spend_limit::without_the_preview_an_approver_sets_it_and_their_word_is_said_to_be_unproven",
        "approvals/test_spend_limit::a_word_waits_for_the_feed_and_counts_alone_when_that_shows_nothing",
    ),
    (64, "figures that fall bring back what was said before"): (
        "spend/test_limits::figures_that_fall_and_rise_again_bring_nothing_back",
        "spend/test_limits::an_alert_of_a_lower_step_is_not_said_after_a_higher_one",
    ),
    (65, "one part that is slow or broken hides the others"): (
        "handlers/test_home::a_slow_claude_api_shows_the_rest_first_and_the_whole_afterwards",
        "handlers/test_home::a_claude_api_that_refuses_blanks_nothing_else",
        "handlers/test_home::while_nobody_can_say_who_is_a_member_ones_own_requests_are_shown",
        "organization/test_places::a_list_that_cant_be_read_now_is_said_to_be_missing_and_tried_again",
    ),
    (66, "what waited is forgotten where its follow-up is interrupted"): (
        "approvals/test_several::what_came_before_a_follow_up_failed_is_told_and_the_rest_follows",
    ),
    (67, "what nobody looked for is called not done"): (
        "approvals/test_several::a_part_whose_answer_was_lost_is_looked_for_before_anybody_is_told_that_it_failed",
        "approvals/test_invite::after_a_crash_an_invite_that_was_sent_is_found_and_not_sent_again",
    ),
    (68, "what was set is otherwise later, and nothing tells of it"): (
        "approvals/test_drift::what_is_changed_elsewhere_is_on_record_once_until_it_is_as_it_was_set_again",
        "approvals/test_drift::every_kind_that_sets_a_value_is_looked_after",
        "approvals/test_drift::what_a_request_of_several_parts_set_is_looked_after_part_by_part",
        "approvals/test_drift::a_part_takes_no_value_over_that_another_request_has_set_since",
    ),
    (69, "a button offers what is done already"): (
        "approvals/test_offers::a_key_that_was_revoked_in_the_console_is_offered_to_nobody_any_more",
        "approvals/test_offers::whoever_was_invited_again_is_left_out",
        "test_limit_offers::a_limit_that_is_left_to_a_person_has_a_button_that_asks_for_it",
    ),
    (70, "of several things of one name the first is taken"): (
        "handlers/test_clauses::a_name_that_several_have_is_nobodys_unless_its_case_says_which",
        "handlers/test_any_order::menus_tell_workspaces_of_one_name_apart",
        "handlers/test_any_order::a_list_of_keys_is_never_of_one_of_several_workspaces_with_its_name",
        "approvals/test_ask_facts::who_decides_about_one_of_two_workspaces_of_a_name_reads_which_one_it_is",
        "hygiene/test_rules::an_approver_who_is_named_twice_is_one_person",
        "words/test_addresses::what_follows_a_plus_makes_no_other_mailbox_and_no_other_person",
    ),
    (71, "of two grants that overlap, neither takes back what both gave"): (
        "approvals/test_stale_acts::of_two_roles_for_a_time_the_last_to_end_brings_back_what_was_before_both",
        "approvals/test_overlaps::*",
        "approvals/test_overlaps_any::*",
    ),
    (72, "a number as another country writes it is read as another number"): (
        "words/test_readers::amounts_that_could_mean_two_things_are_refused_in_a_sentence",
        "words/test_counts::what_could_mean_two_things_is_refused_in_a_sentence",
    ),
    (73, "what people are told to do instead can't help"): (
        "approvals/test_evaluation::too_few_approvers_are_told_with_what_helps",
        "edge/test_listeners::an_outside_failure_is_one_sentence_and_one_log_line_with_the_same_reference",
    ),
    (74, "what is right here is read as something else by the program that opens it"): (
        "spend/test_export_sent::a_click_sends_one_file_and_each_delivery_of_it_is_answered",
    ),
    (75, "one cause out of several is named without looking"): (
        "security/test_flags::each_flag_alone_is_enough_to_refuse_somebody",
        "security/test_authority_today::what_somebody_asked_for_who_left_is_not_approved",
        "approvals/test_invite::what_changed_before_somebody_could_join_is_said",
    ),
    (76, "what is set can't take effect, because something else holds already"): (
        "approvals/test_create_workspace::a_limit_above_anthropics_cap_is_refused_before_anybody_is_asked",
        "approvals/test_rate_limit::*",
    ),
    (77, "what is gone is told of as if it were there"): (
        "approvals/test_request_card::an_ended_key_is_said_to_be_what_the_organization_says_of_it",
        "handlers/test_key_card::a_card_names_the_heir_of_a_key_whose_owner_left_and_an_archived_workspace",
        "telemetry/test_sources::rate_limits_are_noted_each_hour_and_told_beside_the_busiest_minutes_of_a_day",
    ),
}
"""By number and name; a test by its file and its name, or all of a file. One of each at least isn't left to the proof."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]} {kind[1]}")
def test_each_kind_has_its_tests(kind: tuple[int, str]) -> None:
    marks = [_marks(place) for place in KINDS[kind]]
    assert [one for one in marks if "@pytest.mark.proof\n" not in one], "all are left to the proof"


def _marks(place: str) -> str:
    """Return what stands above a test, nothing for a whole file."""
    file, _, name = place.partition("::")
    text = (TESTS / f"{file}.py").read_text(encoding="utf-8")
    found = re.search(rf"((?:^[@ \])].*\n)*)^(?:async )?def test_{name}\(", text, re.MULTILINE)
    assert found or name == "*", f"there is no {place}"
    return found[1] if found else ""


def test_no_kind_that_was_reported_is_missing() -> None:
    numbers = [number for number, _ in KINDS]
    assert numbers == list(range(1, len(KINDS) + 1)), "each once, in order"
