"""Secrets are masked by value, wherever they turn up."""

from relay.secrets import SecretMask

ENVIRONMENT = {
    "FAKE_API_KEY": "sk-0123456789",
    "DB_PASSWORD": "sk-0123456789-and-longer",
    "SHORT_TOKEN": "abc",
    "HOME": "/home/somebody",
}


def test_values_of_secret_variables_are_masked_longest_first() -> None:
    mask = SecretMask.of_environment(ENVIRONMENT)
    assert mask("a sk-0123456789-and-longer b sk-0123456789 c") == "a *** b *** c"


def test_what_is_no_secret_stays() -> None:
    mask = SecretMask.of_environment(ENVIRONMENT)
    assert mask("abc in /home/somebody") == "abc in /home/somebody"


def test_the_user_part_of_a_url_is_masked() -> None:
    assert (
        SecretMask([])("https://me:pw@index.example/simple") == "https://***@index.example/simple"
    )
