// The contract's tests, one line each: the file, and the functions that it exports. Included by the page's and by the
// worker's runner, so that both run the same.

contract! { "/tests/contract/login.js":
    r30_passwords_are_byte_exact,
    rule_5_login_is_never_repeated,
    r25_a_new_login_replaces_the_old_one,
}
