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
    (
        # Which rule the stored triplets of skips were derived by; see Database.migrate.
        "ALTER TABLE smartqueue_schema ADD COLUMN derivation INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE smartqueue_play ADD COLUMN follows INTEGER NOT NULL DEFAULT 1",
        # A skip makes several triplets, which was ruled out. `entry` is the id of the first of those that one answer
        # or skip gave. Triplets of skips that were imported have no play of ours.
        """CREATE TABLE smartqueue_triplet_4 (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            entry INTEGER NOT NULL DEFAULT 0,
            near_a INTEGER NOT NULL REFERENCES smartqueue_track (id),
            near_b INTEGER NOT NULL REFERENCES smartqueue_track (id),
            odd INTEGER NOT NULL REFERENCES smartqueue_track (id),
            source TEXT NOT NULL CHECK (source IN ('survey', 'skip', 'library')),
            weight REAL NOT NULL,
            profile TEXT NOT NULL,
            created REAL NOT NULL,
            play INTEGER REFERENCES smartqueue_play (id),
            question INTEGER UNIQUE REFERENCES smartqueue_question (id),
            at_random INTEGER NOT NULL DEFAULT 0,
            forgotten REAL)""",
        """INSERT INTO smartqueue_triplet_4
            (id, entry, near_a, near_b, odd, source, weight, profile, created, play, question, forgotten)
            SELECT id, id, near_a, near_b, odd, source, weight, profile, created, play, question, forgotten
            FROM smartqueue_triplet""",
        # Ids that were deleted are not used again either.
        "DELETE FROM sqlite_sequence WHERE name = 'smartqueue_triplet_4'",
        """INSERT INTO sqlite_sequence
            SELECT 'smartqueue_triplet_4', seq FROM sqlite_sequence WHERE name = 'smartqueue_triplet'""",
        "DROP TABLE smartqueue_triplet",
        "ALTER TABLE smartqueue_triplet_4 RENAME TO smartqueue_triplet",
        """CREATE UNIQUE INDEX smartqueue_triplet_library ON smartqueue_triplet (near_a, near_b, odd)
            WHERE source = 'library'""",
        "CREATE UNIQUE INDEX smartqueue_triplet_play ON smartqueue_triplet (play, near_a, near_b, odd)",
        "CREATE INDEX smartqueue_triplet_entry ON smartqueue_triplet (entry)",
        "CREATE INDEX smartqueue_triplet_odd ON smartqueue_triplet (odd)",
        # A matrix is stored as its diagonal, as a triangle, or, by earlier versions, as a square.
        "ALTER TABLE smartqueue_metric ADD COLUMN form TEXT NOT NULL DEFAULT 'square'",
        # What its accuracy was measured on; empty where that was on questions that were chosen to teach.
        "ALTER TABLE smartqueue_metric ADD COLUMN judged_by TEXT NOT NULL DEFAULT ''",
        # The latest answer or skip that it was learned from.
        "ALTER TABLE smartqueue_metric ADD COLUMN last_entry INTEGER NOT NULL DEFAULT 0",
        """UPDATE smartqueue_metric SET last_entry = COALESCE((SELECT MAX(t.id) FROM smartqueue_triplet t
            WHERE t.profile = smartqueue_metric.profile AND t.source != 'library'
            AND t.created <= smartqueue_metric.created), 0)""",
        """CREATE TABLE smartqueue_lesson (
            profile TEXT PRIMARY KEY,
            extractor TEXT NOT NULL,
            last_entry INTEGER NOT NULL,
            created REAL NOT NULL)""",
        """INSERT INTO smartqueue_lesson SELECT profile, extractor, last_entry, created FROM smartqueue_metric
            WHERE id IN (SELECT MAX(id) FROM smartqueue_metric GROUP BY profile)""",
        # The metric that a listener chose, null for the plain one; it ends with the extractor of its day.
        """CREATE TABLE smartqueue_pin (
            profile TEXT PRIMARY KEY,
            metric INTEGER REFERENCES smartqueue_metric (id),
            extractor TEXT NOT NULL,
            created REAL NOT NULL)""",
    ),
    (
        # What is chosen outside its season, too.
        "ALTER TABLE smartqueue_track ADD COLUMN in_any_season INTEGER NOT NULL DEFAULT 0",
    ),
)
