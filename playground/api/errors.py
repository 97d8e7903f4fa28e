"""What can go wrong, as the user is told it: what happened, why, and the command that mends it.

Front ends print `message` and `hint` and exit with `exit_code`; a traceback is shown only when asked for.
"""


class PlaygroundError(Exception):
    """An error for the user: one line of what and why, and a `hint` of what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class InvalidInput(PlaygroundError):
    """An option, a chain, a template or a configuration that cannot be meant."""

    exit_code = 2


class UnknownName(InvalidInput, KeyError):
    """A name that nothing is registered under; a KeyError, so that registries are mappings."""


class ModelUnavailable(PlaygroundError):
    """A model that is not here, or whose files cannot be read."""

    exit_code = 3


class PluginFailed(PlaygroundError):
    """A plugin that raised, or returned what its contract forbids."""

    exit_code = 4


class PromptTooLong(PlaygroundError):
    """A prompt of more tokens than the model's context holds."""

    exit_code = 5
