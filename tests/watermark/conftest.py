"""Random texts, and what the watermarks' tests draw from."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None, max_examples=25)
settings.load_profile("unhurried")
