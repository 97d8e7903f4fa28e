"""The tables, as the list of migrations that made them: version n is what the first n leave behind.

A migration that was released is never edited; a change is one more at the end. Columns hold text,
numbers and packed arrays; what is written as JSON is only ever read whole.
"""

from __future__ import annotations

FIRST = (
    """
    CREATE TABLE session (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT,
        created REAL NOT NULL,  -- seconds since 1970, as everywhere
        cursor TEXT,            -- the node where one goes on; null: the empty text
        forked_from TEXT,       -- a node, perhaps of a session that is gone
        deleted REAL
    ) WITHOUT ROWID
    """,
    "CREATE UNIQUE INDEX session_name ON session(name) WHERE name IS NOT NULL AND deleted IS NULL",
    """
    CREATE TABLE run (
        id TEXT NOT NULL PRIMARY KEY,
        writer TEXT NOT NULL,   -- the process that writes it holds this lock
        created REAL NOT NULL,
        model TEXT NOT NULL,
        model_hash TEXT NOT NULL,
        tokenizer_hash TEXT NOT NULL,
        chain TEXT NOT NULL,
        seed INTEGER NOT NULL,
        device TEXT NOT NULL,
        dtype TEXT NOT NULL,
        versions TEXT NOT NULL,   -- JSON: library to version
        template TEXT NOT NULL,   -- empty: none
        variables TEXT NOT NULL,  -- JSON: the template's
        prompt_tokens INTEGER NOT NULL,
        request TEXT NOT NULL     -- JSON: the request without its prompt, which is the path to the parent
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE node (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        session TEXT NOT NULL REFERENCES session(id),
        parent TEXT REFERENCES node(id),
        kind TEXT NOT NULL CHECK (kind IN ('text', 'generated', 'chosen')),
        text TEXT NOT NULL,
        created REAL NOT NULL,
        name TEXT,
        pinned INTEGER NOT NULL DEFAULT 0,
        deleted REAL,
        run TEXT REFERENCES run(id),
        sequence INTEGER NOT NULL DEFAULT 0,
        ended TEXT,   -- why generating ended; 'running' until then; null where no run made it
        stop TEXT,
        error TEXT,
        seconds REAL
    )
    """,
    "CREATE UNIQUE INDEX node_name ON node(session, name) WHERE name IS NOT NULL",
    "CREATE INDEX node_session ON node(session)",
    "CREATE INDEX node_parent ON node(parent)",
    "CREATE INDEX node_run ON node(run)",
    "CREATE INDEX node_running ON node(run) WHERE ended = 'running'",
    # A row for each time tokens were written; the arrays are little-endian, one element a token.
    """
    CREATE TABLE tokens (
        node TEXT NOT NULL REFERENCES node(id) ON DELETE CASCADE,
        first INTEGER NOT NULL,       -- index of the first of these tokens
        ids BLOB NOT NULL,            -- uint32
        lengths BLOB NOT NULL,        -- uint32: characters that the token adds to the text
        logprobs BLOB NOT NULL,       -- float32: after the chain
        raw_logprobs BLOB NOT NULL,   -- float32: by the model alone
        PRIMARY KEY (node, first)
    ) WITHOUT ROWID
    """,
    """
    CREATE VIRTUAL TABLE search USING fts5 (
        text, content = 'node', content_rowid = 'key', tokenize = 'trigram'
    )
    """,
    # A text is indexed once, when it is final; triggers, so that no writer can forget it.
    """
    CREATE TRIGGER node_written AFTER INSERT ON node WHEN new.ended IS NOT 'running' BEGIN
        INSERT INTO search(rowid, text) VALUES (new.key, new.text);
    END
    """,
    """
    CREATE TRIGGER node_ended AFTER UPDATE OF ended ON node
    WHEN old.ended IS 'running' AND new.ended IS NOT 'running' BEGIN
        INSERT INTO search(rowid, text) VALUES (new.key, new.text);
    END
    """,
    """
    CREATE TRIGGER node_erased AFTER DELETE ON node WHEN old.ended IS NOT 'running' BEGIN
        INSERT INTO search(search, rowid, text) VALUES ('delete', old.key, old.text);
    END
    """,
)

MOVES = (
    "ALTER TABLE session ADD COLUMN place INTEGER NOT NULL DEFAULT 0",  # of the cursor, among its moves
    # Where the cursor was, at the places before its own, and where it was taken back from, after it.
    """
    CREATE TABLE move (
        session TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        node TEXT,              -- null: the empty text
        PRIMARY KEY (session, place)
    ) WITHOUT ROWID
    """,
)

BESIDE = (
    # JSON: option of the strategy to the hash of the model that it calls.
    "ALTER TABLE run ADD COLUMN beside_hashes TEXT NOT NULL DEFAULT '{}'",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (FIRST, MOVES, BESIDE)
