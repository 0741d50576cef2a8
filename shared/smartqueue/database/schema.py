"""The tables themselves, as the steps that lead from each version of them to the next."""

# Step n brings a file from version n to n + 1; version 0 is a library without our tables.
# Ids are never used again (AUTOINCREMENT), because plays and triplets outlive what they speak of.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE smartqueue_schema (version INTEGER NOT NULL)",
        "INSERT INTO smartqueue_schema VALUES (0)",
        """CREATE TABLE smartqueue_track (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            item_id INTEGER UNIQUE,
            path BLOB NOT NULL,
            size INTEGER,
            mtime REAL,
            audio_hash TEXT NOT NULL DEFAULT '',
            mb_trackid TEXT NOT NULL DEFAULT '',
            mb_albumid TEXT NOT NULL DEFAULT '',
            extractor TEXT NOT NULL DEFAULT '',
            vector BLOB,
            scalars TEXT NOT NULL DEFAULT '{}',
            failure TEXT NOT NULL DEFAULT '',
            ignored INTEGER NOT NULL DEFAULT 0,
            changed REAL NOT NULL)""",
        "CREATE INDEX smartqueue_track_path ON smartqueue_track (path)",
        "CREATE INDEX smartqueue_track_audio_hash ON smartqueue_track (audio_hash)",
        "CREATE INDEX smartqueue_track_changed ON smartqueue_track (changed)",
        """CREATE TABLE smartqueue_pending (
            track INTEGER PRIMARY KEY REFERENCES smartqueue_track (id),
            extractor TEXT NOT NULL,
            vector BLOB NOT NULL)""",
        """CREATE TABLE smartqueue_play (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            track INTEGER NOT NULL REFERENCES smartqueue_track (id),
            player TEXT NOT NULL,
            profile TEXT NOT NULL,
            started REAL NOT NULL,
            listened REAL NOT NULL,
            length REAL,
            outcome TEXT NOT NULL CHECK (outcome IN ('finished', 'skipped', 'chosen_away', 'back', 'stopped',
                'removed', 'failed', 'interrupted')),
            queued_by TEXT NOT NULL CHECK (queued_by IN ('listener', 'smartqueue')),
            context TEXT NOT NULL,
            UNIQUE (player, started))""",
        """CREATE TABLE smartqueue_question (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            a INTEGER NOT NULL REFERENCES smartqueue_track (id),
            b INTEGER NOT NULL REFERENCES smartqueue_track (id),
            c INTEGER NOT NULL REFERENCES smartqueue_track (id),
            answer INTEGER,
            profile TEXT NOT NULL,
            asked REAL NOT NULL)""",
        """CREATE TABLE smartqueue_triplet (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            near_a INTEGER NOT NULL REFERENCES smartqueue_track (id),
            near_b INTEGER NOT NULL REFERENCES smartqueue_track (id),
            odd INTEGER NOT NULL REFERENCES smartqueue_track (id),
            source TEXT NOT NULL CHECK (source IN ('survey', 'skip', 'library')),
            weight REAL NOT NULL,
            profile TEXT NOT NULL,
            created REAL NOT NULL,
            play INTEGER UNIQUE REFERENCES smartqueue_play (id),
            question INTEGER UNIQUE REFERENCES smartqueue_question (id),
            forgotten REAL)""",
        """CREATE UNIQUE INDEX smartqueue_triplet_library ON smartqueue_triplet (near_a, near_b, odd)
            WHERE source = 'library'""",
        """CREATE TABLE smartqueue_metric (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            profile TEXT NOT NULL,
            extractor TEXT NOT NULL,
            features TEXT NOT NULL,
            centre BLOB NOT NULL,
            scale BLOB NOT NULL,
            matrix BLOB NOT NULL,
            learner TEXT NOT NULL,
            settings TEXT NOT NULL,
            triplets INTEGER NOT NULL,
            accuracy REAL,
            plain_accuracy REAL,
            uncertainty REAL,
            created REAL NOT NULL,
            in_use INTEGER NOT NULL)""",
    ),
    (
        # The extractor whose vectors are in use, until all those of a newer one are there.
        "ALTER TABLE smartqueue_schema ADD COLUMN extractor TEXT NOT NULL DEFAULT ''",
        """UPDATE smartqueue_schema SET extractor = COALESCE((SELECT extractor FROM smartqueue_track
            WHERE vector IS NOT NULL GROUP BY extractor ORDER BY COUNT(*) DESC LIMIT 1), '')""",
        "DROP TABLE smartqueue_pending",
        """CREATE TABLE smartqueue_pending (
            track INTEGER PRIMARY KEY REFERENCES smartqueue_track (id),
            extractor TEXT NOT NULL,
            vector BLOB,
            scalars TEXT NOT NULL,
            failure TEXT NOT NULL)""",
    ),
    (
        # A new track looks for the row that it may have had before, which took longer the more rows there were.
        "CREATE INDEX smartqueue_track_mb_trackid ON smartqueue_track (mb_trackid) WHERE mb_trackid != ''",
        "CREATE INDEX smartqueue_play_track ON smartqueue_play (track, started)",
    ),
)
