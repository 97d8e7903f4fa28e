"""How much the session process takes of one front end, so that none can take it all; beyond, it refuses.

Those of a single value stand in the schema of the request that has it.
"""

MOST_BODY_BYTES = 32 * 2**20
"""Of a request's JSON."""
MOST_CHARACTERS = 8 * 2**20
"""Of a text to be scored or looked at: a thick book has a million."""
MOST_PROMPTS = 64
MOST_PREDICTIONS = 1_000_000
"""More than any vocabulary has."""
MOST_RUNNING = 64
"""Requests that are answered at a time; each generation counts once, whatever its `n`."""
MOST_WAITING = 64
"""Requests that wait for one of those to end; further ones are refused."""
EVENTS_AHEAD = 256
"""Events that may wait for a slow reader before its generation pauses."""
