"""What forms of contacts say of faulty values."""

WORDS = {
    ("name", "missing_field"): "Enter the name of the contact.",
    ("name", "too_big"): "Use at most 200 characters.",
    ("email", "missing_field"): "Enter an e-mail address.",
    ("email", "invalid_string"): "Enter an e-mail address such as mira@aurora.com.",
}
