// The contract's tests, one line each: the file, and the functions that it exports. Included by the page's and by the
// worker's runner, so that both run the same.

contract! { "login.js":
    r30_passwords_are_byte_exact,
    rule_5_login_is_never_repeated,
    r25_a_new_login_replaces_the_old_one,
    rule_5_login_is_sent_once_whatever_the_trouble,
    rule_5_passwords_are_not_kept,
    rule_6_pegase3_refuses_what_a_header_cant_carry,
    rule_6_pegase3_sends_what_a_header_can_carry,
    r30_what_cant_be_sent_byte_exact_is_refused,
    r18_an_older_login_is_superseded_by_a_newer_one,
    r18_a_login_is_superseded_by_a_logout,
    a_login_that_was_not_sent_supersedes_nothing,
    r22_a_login_says_how_long_to_wait,
    r22_a_date_to_wait_for_is_by_the_vendors_clock,
}

contract! { "sign-on.js":
    ocient_takes_tokens_of_the_customers_identity_provider,
    rule_5_a_refused_token_is_sent_once,
    rule_3_a_way_to_sign_in_names_what_it_lacks,
    rule_4_a_token_is_in_no_error_and_nowhere_else,
    ocient_signs_in_by_a_yes_on_another_device,
    the_persons_no_on_another_device_is_cancelled,
    a_question_whose_time_is_up_is_asked_again,
    r22_trouble_while_a_person_answers_is_waited_out,
    rule_1_an_abort_ends_the_wait_for_a_person,
    a_prompt_that_throws_ends_the_login,
    a_wait_for_a_person_takes_the_longest_timeout,
    r18_a_wait_for_a_person_is_superseded,
    r24_a_prompt_that_is_none_is_malformed,
    rule_2_a_question_that_hangs_is_bounded,
    device_calls_go_below_base_url_without_a_query,
}

contract! { "replies.js":
    r24_a_hostile_login_reply_signs_nobody_in,
    r24_a_hostile_login_reply_keeps_the_session_before,
    r24_a_token_beside_a_refusal_signs_nobody_in,
    r24_an_unreadable_outcome_is_no_success,
    r27_redirectTo_is_a_safe_path,
    r27_redirectTo_stays_on_the_origin_after_parsing,
    r27_ssoUrl_is_a_web_address,
    json_takes_the_envelope_off,
    lenses_logins_as_documented,
    lenses_invalid_fields_become_fields,
    ocient_logins_as_documented,
    pegase3_and_ethgas_logins_as_documented,
    pegase3_data_calls_as_the_vendors_code_has_them,
}

contract! { "abort.js":
    rule_1_a_signal_aborted_before_sends_nothing,
    rule_1_a_signal_aborted_before_rejects_logout,
    rule_1_a_login_aborted_before_supersedes_nothing,
    rule_1_an_aborted_refresh_says_so_at_every_vendor,
    rule_1_a_signal_aborted_before_rejects_check_when_signed_out,
    rule_1_a_signal_aborted_midway_rejects_with_its_reason,
    rule_1_every_vendor_can_be_aborted_midway,
    rule_1_a_signal_aborted_in_the_body_rejects_with_its_reason,
    rule_1_an_abort_ends_the_wait_for_a_storage,
    rule_1_an_abort_ends_the_wait_for_a_renewal_of_its_caller_alone,
    rule_1_the_signal_of_a_request_counts,
    rule_1_an_abort_works_though_fetch_ignores_it,
    rule_1_an_abort_works_though_the_body_ignores_it,
    rule_2_a_vendor_that_hangs_is_a_timeout,
    rule_2_a_renewal_that_hangs_holds_no_request_for_ever,
    rule_2_a_fetch_that_never_settles_is_a_timeout,
    rule_2_a_fetch_that_throws_anything_is_a_network_failure,
    rule_2_a_storage_that_never_answers_is_left_alone,
    rule_2_a_load_that_hangs_is_bounded,
    rule_2_a_listener_that_throws_harms_nobody,
}

contract! { "options.js":
    rule_3_openSession_wants_an_object,
    rule_3_openSession_names_the_option_of_a_wrong_type,
    rule_3_openSession_names_what_is_wrong_inside,
    endpoints_are_where_hallpass_calls,
    timeoutMs_is_ten_seconds_by_default,
    rule_3_an_unknown_option_is_named,
    r4_addresses_are_https_or_on_this_machine,
    r4_addresses_have_no_user_info_query_or_fragment,
    rule_3_login_names_what_is_wrong,
    rule_3_call_options_are_checked,
    rule_3_fetch_and_json_name_what_is_wrong,
    rule_3_subscribe_wants_a_function,
    rule_3_init_names_a_wrong_source,
    init_loads_once,
    init_takes_every_documented_source,
    a_failed_load_may_be_tried_again,
    a_load_that_fails_at_once_may_be_tried_again,
    rule_3_a_getter_that_throws_is_no_trap,
}

contract! { "errors.js":
    rule_4_no_error_of_a_call_shows_a_secret,
    rule_4_no_refusal_before_sending_shows_a_secret,
    r2_nothing_is_logged,
    r2_a_cause_repeats_no_header,
    rule_4_a_vendors_words_put_no_secret_into_the_message,
    r2_no_object_shows_a_token,
    r23_problem_details_are_advisory,
    r23_an_unknown_type_leaves_it_to_the_status,
    found_6_1_a_login_at_another_server_is_malformed,
    found_6_1_a_vendors_own_not_found_is_its_refusal,
    r31_an_unknown_user_fails_like_a_wrong_password,
    r31_code_and_sentence_tell_no_account,
    isAuthError_knows_errors_of_other_copies_and_realms,
    isAuthError_is_false_for_anything_else,
}

contract! { "hostile.js":
    r35_a_huge_body_is_given_up,
    r35_an_endless_body_is_not_read_on,
    r35_a_depth_bomb_is_no_reply,
    r35_a_slow_drip_is_a_timeout,
    r35_truncated_json_is_malformed,
    r35_a_cut_reply_is_a_network_failure,
    r35_a_dropped_connection_is_a_network_failure,
    r35_html_with_200_is_malformed,
    r35_json_of_another_shape_is_malformed,
    r35_an_empty_reply_is_malformed,
    r35_a_check_believes_no_other_shape,
    r35_a_renewal_believes_no_wrong_types,
    r24_a_renewals_tokens_are_taken_though_their_lifetime_is_none,
    r35_a_logout_ends_whatever_comes_back,
    r35_a_body_is_cancelled_when_the_time_is_over,
    r35_json_survives_hostile_replies,
    r35_rule_2_a_body_that_stops_coming_is_a_timeout,
    r35_looking_into_a_slow_reply_is_bounded,
}

contract! { "target.js":
    r1_the_credential_goes_only_to_base_url_and_allow,
    rule_12_urls_and_requests_are_judged_like_strings,
    rule_12_what_was_judged_is_what_is_sent,
    rule_12_a_request_is_judged_by_where_it_goes,
    r1_nothing_is_sent_to_a_forbidden_target,
    r1_relative_input_stays_below_base_url,
    rule_12_other_spellings_of_base_url_are_served,
    r1_allow_admits_by_whole_segments,
}

contract! { "redirect.js":
    r5_a_redirect_never_carries_the_token,
    r5_pegase3_follows_no_redirect,
    r26_a_redirect_takes_no_cookie_to_another_origin,
    r5_login_refuses_redirects,
    r6_refresh_refuses_redirects,
    r5_check_refuses_redirects,
    r5_logout_refuses_redirects,
    r5_a_strangers_answer_says_nothing_about_the_session,
    r6_tokens_and_passwords_go_only_where_they_belong,
    r6_a_refresh_token_in_the_body_goes_only_to_refresh,
    r6_endpoints_outside_base_url_are_refused,
    found_6_5_a_platform_without_redirect_error_follows_none_either,
}

contract! { "credential.js":
    rule_7_the_callers_own_header_wins,
    rule_7_no_cookie_beside_an_own_authorization,
    rule_7_the_callers_credentials_mode_wins,
    the_callers_referrer_policy_holds,
    rule_7_a_requests_own_method_and_headers_hold_beside_json,
    json_beside_a_request_says_what_it_sends,
    r3_one_credential_per_request,
    r24_no_cors_is_refused_where_a_header_carries_the_token,
    r24_not_signed_in_sends_nothing,
    r24_a_login_without_a_token_is_an_error,
    r26_cookies_only_where_the_session_is_one,
    r26_cookies_go_only_to_admitted_targets,
    access_token_is_the_one_that_requests_carry,
    access_token_is_renewed_if_need_be,
}

contract! { "replay.js":
    rule_9_a_replay_has_the_same_method_headers_and_body,
    rule_9_a_request_is_replayed,
    rule_9_json_is_replayed,
    rule_9_a_stream_is_not_replayed,
    r16_concurrent_rejections_share_one_renewal,
    rule_8_a_stale_rejection_is_replayed_without_renewal,
    r21_a_second_rejection_is_returned,
    r21_403_never_renews,
    r21_a_request_causes_one_renewal,
    r25_a_rejected_request_is_not_replayed_as_another_user,
    r25_what_waits_for_a_renewal_is_not_sent_as_another_user,
    rule_9_a_refused_renewal_returns_the_rejection,
    rule_11_ocient_rejects_inside_a_200,
    rule_11_only_short_json_is_looked_into,
    rule_11_the_callers_body_is_still_readable,
    rule_11_pegase3_rejections_end_the_session,
    rule_11_pegase3_tokens_are_adopted,
    rule_11_tokens_for_a_name_with_accents_are_adopted,
    renew_manual_leaves_the_rejection_to_the_caller,
}

contract! { "state.js":
    a_session_works_through_a_proxy,
    state_is_the_same_object_until_it_changes,
    subscribe_tells_at_once_and_in_order,
    subscribe_keeps_equal_listeners_apart,
    r17_a_listener_may_call_any_method,
    subscribe_fits_sveltes_store_contract,
    r19_subscribe_tells_an_end_that_is_past,
    methods_are_bound,
    check_asks_lenses_who_is_signed_in,
    check_asks_ethgas_whether_the_session_is_alive,
    rule_10_trouble_at_a_check_keeps_the_session,
    check_needs_an_endpoint_where_the_vendor_has_none,
    refresh_is_not_renewable_at_lenses_and_pegase3,
    logout_says_whether_the_vendor_confirmed,
    r10_logout_needs_no_vendor,
    dispose_stops_timers_and_listeners,
}

contract! { "renewal.js":
    rule_10_trouble_at_a_renewal_keeps_the_session,
    rule_10_a_rejected_token_that_cant_be_renewed_now_is_no_ended_session,
    rule_10_a_failed_renewal_is_tried_again_by_itself,
    rule_10_a_refused_renewal_ends_the_session,
    rule_10_expiry_without_renewal_ends_the_session,
    renewal_is_automatic_ahead_of_expiry,
    renewal_is_never_automatic_when_manual,
    r19_expires_at_is_by_this_machines_clock,
    r19_a_wrong_clock_does_not_end_pegase3s_session,
    r19_a_jumping_clock_makes_no_loop,
    r19_tokens_that_are_over_at_once_make_no_loop,
    r20_claims_are_hints,
    r18_a_renewal_is_superseded_by_a_newer_login,
    a_login_that_fails_does_not_overtake_a_renewal,
    a_renewal_renames_nobody,
}

contract! { "storage.js":
    what_is_written_late_is_not_written_again,
    a_storage_that_cannot_be_read_is_a_problem,
    storage_of_the_callers_own_restores_the_session,
    r8_no_password_and_no_profile_is_stored,
    storage_follows_the_renewal,
    storage_is_cleared_when_the_session_ends,
    r11_garbage_means_signed_out,
    r11_wrong_types_mean_signed_out,
    r11_other_versions_and_long_records_mean_signed_out,
    storage_that_fails_leaves_the_session_in_memory,
    storage_that_fails_in_part_is_told,
}

contract! { "web-storage.js":
    r7_default_storage_writes_nothing,
    r7_web_storage_restores_the_session,
    r11_garbage_in_web_storage_means_signed_out,
    web_storage_that_throws_leaves_the_session_in_memory,
    r9_document_cookie_is_never_written,
    accounts_are_kept_apart,
    r33_records_are_found_by_vendor_and_address,
}

contract! { "tabs.js":
    the_platform_has_what_tests_would_skip,
    tabs_stay_in_step,
    the_same_users_login_goes_on_in_other_tabs,
    r12_tabs_say_only_that_something_changed,
    r11_garbage_from_another_tab_means_signed_out,
    r33_sessions_do_not_reach_each_other,
    r33_sessions_have_lines_and_locks_of_their_own,
    a_disposed_handle_is_out_of_step,
    r34_a_disposed_handle_looks_at_nothing,
}

contract! { "tabs-renewal.js":
    r16_many_tabs_and_callers_are_one_renewal,
    r16_many_calls_of_refresh_are_one_renewal,
    r16_handles_of_one_tab_with_session_storage_are_one_renewal,
    r16_r19_a_token_that_is_over_is_renewed_once_for_all_tabs,
    rule_8_what_another_tab_renewed_is_not_renewed_again,
    rule_10_what_another_tab_renewed_and_is_over_is_renewed,
    r21_what_another_tab_renewed_is_no_renewal_of_this_request,
    r22_a_failed_renewal_is_every_tabs,
    r17_a_lock_that_is_never_given_back_is_waited_for_in_bounds,
    r17_no_listener_runs_inside_the_lock,
    r16_a_storage_with_a_hiccup_spends_no_token_twice,
    rule_2_a_database_that_does_nothing_is_waited_for_in_bounds,
    r17_a_session_survives_without_locks,
    a_servers_sessions_are_different_peoples,
    r16_servers_with_one_storage_take_over_what_is_renewed,
    a_session_lives_without_a_line_between_tabs,
    a_storage_that_keeps_nothing_is_no_sign_out,
}

contract! { "tabs-sign-out.js":
    r10_a_logout_signs_out_the_other_tabs,
    r10_a_logout_signs_out_tabs_with_tokens_of_their_own,
    r18_a_logout_in_another_tab_overtakes_a_renewal,
    r18_a_late_write_of_a_signed_out_session_is_deleted,
    r25_another_users_login_replaces_the_session_in_other_tabs,
    r25_a_replaced_tab_leaves_the_new_session_alone,
    r16_r25_a_replaced_tab_writes_over_nothing,
    r25_a_login_between_two_sign_outs_stays,
    r25_a_login_between_a_check_and_a_sign_out_stays,
    r18_a_slow_storage_brings_nobody_back,
    r10_a_logout_before_dispose_is_told,
    r10_a_storage_with_hiccups_still_signs_out_all_tabs,
}

contract! { "encrypted.js":
    encrypted_storage_restores_the_session,
    r10_a_sign_out_outlasts_a_page_that_goes_at_once,
    r10_a_sign_out_that_was_cut_short_ends_no_newer_login,
    r14_the_key_cannot_be_read_out,
    r11_what_cannot_be_decrypted_is_signed_out,
    encrypted_storage_that_fails_leaves_the_session_in_memory,
    encrypted_storage_lets_its_database_be_deleted,
}

contract! { "wake-ups.js":
    r19_after_sleep_an_expired_token_is_renewed_and_not_used,
    r19_after_sleep_an_expired_session_is_over,
    r19_a_clock_set_back_stretches_nothing,
    r19_the_pages_events_wake_a_session,
    offline_and_back,
    r22_retry_after_outlasts_being_back_online,
    nothing_polls_in_a_hidden_page,
    a_page_that_was_put_aside_catches_up,
}

contract! { "pollution.js":
    r15_members_on_the_prototypes_change_nothing,
    r15_what_hangs_on_the_prototypes_is_handed_no_secret,
    r15_a_reply_is_not_completed_from_the_prototypes,
    r15_a_list_is_not_completed_from_the_prototype,
    r15_a_record_is_not_completed_from_the_prototypes,
    r15_the_first_state_is_seen,
    r15_what_the_caller_gives_counts_all_the_same,
    r15_an_error_is_not_completed_from_the_prototype,
    r15_a_then_on_the_prototype_is_waited_for_in_bounds,
    r15_frozen_prototypes_break_nothing,
    r15_redirectTo_is_not_read_off_the_prototype,
    r15_members_from_before_it_was_loaded_change_nothing,
}

contract! { "hostile-page.js":
    r37_runaway_recursion_leaves_the_session_alive,
    r37_reading_the_state_at_the_end_of_the_stack,
    r37_subscribing_at_the_end_of_the_stack,
    r37_a_request_at_the_end_of_the_stack,
    r37_a_renewal_at_the_end_of_the_stack,
    r37_a_login_and_a_logout_at_the_end_of_the_stack,
    r37_opening_at_the_end_of_the_stack,
    r37_a_listener_that_subscribes_itself,
    r37_a_listener_that_recurses,
    r37_getters_that_recurse,
    r37_builtins_that_throw_while_the_state_is_read,
    r37_builtins_that_throw_in_subscribe,
    r37_builtins_that_throw_in_fetch,
    r37_builtins_that_throw_in_json,
    r37_builtins_that_throw_in_accessToken,
    r37_builtins_that_throw_in_refresh,
    r37_builtins_that_throw_in_check,
    r37_builtins_that_throw_in_login,
    rule_14_builtins_that_throw_in_logout,
}

contract! { "handles.js":
    a_session_may_take_the_place_of_the_global_fetch,
    the_global_fetch_that_is_a_sessions_carries_its_credential,
    a_wrapper_around_a_session_may_take_the_place_of_the_global_fetch,
    r33_a_session_opened_over_anothers_fetch_works,
    the_option_fetch_is_used_for_everything,
    the_option_fetch_is_called_as_a_function,
    rule_3_the_option_fetch_is_a_function,
    the_global_fetch_is_the_one_at_each_call,
    a_lost_database_leaves_one_connection_at_most,
    a_servers_sessions_share_nothing_whatever_globals_there_are,
    handles_of_one_page_are_one_session_with_session_storage,
    found_2_5_handles_with_one_storage_of_the_callers_are_one_session,
    handles_of_one_page_follow_the_next_login_with_session_storage,
    handles_with_memory_are_sessions_of_their_own,
    found_6_5_a_session_opens_on_a_platform_without_weak_references,
}

contract! { "storage-trouble.js":
    rule_15_a_login_that_cant_be_written_leaves_nobody_signed_in,
    rule_15_a_renewal_that_cant_be_written_leaves_no_spent_token,
    rule_15_an_adopted_token_that_cant_be_written_leaves_no_dead_one,
    r38_what_could_not_be_written_is_written_at_the_next_occasion,
    r38_a_failed_write_signs_out_no_tab,
    rule_2_a_storage_that_never_gives_the_same_text_is_read_in_bounds,
    r11_what_is_too_long_to_be_kept_is_malformed_where_it_comes_in,
    r11_a_renewed_token_that_is_too_long_is_malformed,
}

contract! { "storage-names.js":
    r40_no_two_sessions_have_a_name_in_common,
    r40_no_two_sessions_have_a_note_in_common,
    r33_a_sign_out_reaches_no_other_session,
}

contract! { "tabs-news.js":
    r41_forged_messages_are_not_even_looked_at,
    r41_many_messages_are_as_cheap_as_one,
    the_reason_of_a_refusal_reaches_the_other_tabs,
    the_reason_of_an_expiry_reaches_the_other_tabs,
    a_logout_is_a_logout_in_the_other_tabs,
}

contract! { "renewal-trouble.js":
    rule_10_a_gateways_400_is_no_word_about_the_form,
    rule_10_the_refusal_of_a_trial_is_no_verdict,
    a_form_is_remembered_after_it_worked,
    r24_a_renewals_tokens_are_taken_whatever_their_lifetime,
    r24_an_unusable_lifetime_at_a_login_is_malformed,
    r21_an_endpoint_that_always_refuses_causes_no_row_of_renewals,
    r21_endpoints_that_always_refuse_cause_no_row_of_renewals_beside_others,
    r21_ten_refused_requests_a_second_are_two_renewals_a_minute,
    r22_retry_after_never_shortens_the_backoff,
    r22_a_hurried_vendor_is_not_asked_more_often,
}

contract! { "revocation.js":
    a_logout_after_sleep_renews_and_then_revokes,
    a_logout_of_a_restored_session_renews_and_then_revokes,
    a_logout_whose_renewal_fails_sends_nothing,
    a_logout_after_sleep_is_bounded,
    r39_a_login_over_a_session_revokes_it,
    r39_revoking_neither_delays_nor_fails_the_login,
    r39_a_login_that_fails_revokes_nothing,
    r39_what_has_ended_is_not_revoked_again,
    r39_a_cookie_that_was_replaced_is_not_signed_out,
}

contract! { "limits.js":
    r36_a_session_that_nobody_uses_ends,
    r36_use_puts_the_end_off,
    r36_use_in_any_tab_puts_idle_off,
    r36_a_session_ends_by_its_age,
    r36_the_end_by_age_is_every_tabs,
    r36_a_reload_puts_nothing_off,
    r36_a_use_before_a_reload_counts,
    r36_after_sleep_nothing_is_sent,
    r36_uses_are_written_rarely,
    r36_the_vendors_silence_delays_no_end,
    r36_limits_may_be_longer_than_timers_keep,
    r36_a_login_begins_anew,
    touch_does_nothing_where_nobody_is_signed_in,
}

contract! { "requests.js":
    init_members_that_request_does_not_know_reach_fetch,
    init_is_read_as_the_platform_reads_it,
    init_members_that_request_does_not_know_are_replayed,
    a_mistake_is_told_in_the_platforms_words,
    rule_4_no_mistake_quotes_a_headers_value,
    a_request_that_was_not_sent_is_untouched,
    rule_12_an_input_is_asked_once_what_it_is,
    r24_a_token_in_a_strangers_json_is_not_taken,
    fetch_looks_like_the_platforms,
    fetch_takes_a_string_object,
    retryAt_is_whole,
}

contract! { "streams.js":
    rule_11_headers_are_not_held_back_by_a_slow_body,
    rule_11_headers_come_as_soon_as_without_hallpass,
    rule_11_streaming_types_are_never_looked_into,
    rule_11_a_rejection_in_one_chunk_is_seen,
    r35_a_large_reply_that_is_read_slowly_stays_outside,
    r35_a_large_reply_that_nobody_reads_is_not_downloaded,
    rule_2_a_body_that_never_ends_is_a_timeout,
    rule_2_a_slow_body_is_waited_for,
    rule_1_an_abort_ends_a_body_whose_pieces_are_always_there,
    r35_json_nested_beyond_bounds_is_malformed,
    rule_9_a_requests_stream_is_sent_once_and_not_held,
}

contract! { "realms.js":
    rule_9_a_body_of_another_realm_is_replayed_byte_for_byte,
    rule_9_a_request_of_another_realm_is_replayed,
    headers_urls_and_signals_of_another_realm_count,
    a_pages_own_subclasses_of_request_and_response_will_do,
}

contract! { "described.js":
    r16_ten_callers_and_two_tabs_renew_once_at_a_described_api,
    r19_a_described_token_is_renewed_ahead_of_its_end,
    r30_a_described_login_is_sent_as_described,
    rule_10_without_a_refresh_token_a_described_session_ends_with_its_token,
    rule_8_a_check_that_spells_the_user_otherwise_overtakes_nothing,
    described_headers_go_with_hallpasss_own_calls,
    a_described_payload_is_what_lies_at_its_path,
    a_form_and_a_query_are_encoded,
    a_header_of_the_apis_own_carries_the_token,
    r42_static_headers_go_to_baseUrl_alone,
    a_cookie_session_submits_its_csrf_token_twice,
    a_described_apis_errors_are_its_own,
    a_refusal_inside_a_success_is_read_where_no_token_came,
    fields_by_name_are_read,
    rule_11_a_rejection_inside_a_success_is_seen,
    r19_lifetimes_are_read_as_described,
    r24_a_described_reply_without_a_sound_token_signs_nobody_in,
    login_takes_the_names_in_the_templates,
    a_described_login_may_take_a_device,
    r40_a_changed_description_misreads_no_record,
}

contract! { "descriptions.js":
    r42_every_mistake_in_a_description_is_named_by_its_path,
    r42_openSession_checks_a_plain_description_likewise,
    what_may_be_left_out_is_sent_where_it_is_given,
    defineVendor_gives_a_frozen_copy_back,
    rule_14_a_descriptions_getters_are_read_once,
    r15_a_polluted_prototype_is_no_part_of_a_description,
}

contract! { "wallet.js":
    a_wallet_signs_in_and_out,
    a_wrong_signer_is_refused,
    the_persons_no_in_the_wallet_is_cancelled,
    rule_1_a_wallet_that_never_answers_is_waited_for_until_an_abort,
    a_wallet_on_another_chain_is_asked_to_switch,
    a_lying_message_never_reaches_the_wallet,
    a_wallets_session_is_renewed,
    r26_cookies_go_along_where_they_renew_alone,
    a_refresh_token_that_is_over_ends_the_session_as_expired,
    rule_10_trouble_at_a_wallets_renewal_keeps_the_session,
    an_account_or_chain_changed_in_the_wallet_changes_no_session,
    a_cookie_of_another_account_is_not_taken_over,
    a_wallets_refusals_are_read_in_all_documented_forms,
    the_account_to_sign_with_may_be_chosen,
    rule_3_a_wallet_is_an_object_with_request,
    r37_a_wallet_that_speaks_nonsense_is_unsupported,
    r18_a_login_that_waits_for_the_person_is_overtaken,
    r2_a_signature_is_handed_in_once,
    a_wallets_session_is_restored_without_the_wallet,
    r39_a_login_over_a_wallets_session_revokes_it,
}
