-- The projection of the ledger: what commands query. Every table here is dropped and rebuilt from the ledger, so none
-- of them is a source of truth. Dates are ISO 8601 texts (2025-09-15), times are RFC 3339 with offset; `entry` is the
-- number of the ledger entry that last wrote the row. Names of classes («7А»), logins and periods are their own keys.

CREATE TABLE school (            -- one row: the school, the year, periods, holidays, bells and policy as JSON
    id INTEGER PRIMARY KEY CHECK (id = 1), config TEXT NOT NULL, entry INTEGER NOT NULL) STRICT;
CREATE TABLE recovery_keys (     -- age recipients of recovery keys, which sign nothing
    recipient TEXT PRIMARY KEY, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE people (
    login TEXT PRIMARY KEY, surname TEXT NOT NULL, given TEXT NOT NULL, patronymic TEXT NOT NULL,
    position TEXT NOT NULL, association TEXT NOT NULL, dismissed TEXT, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE roles (
    login TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (login, role)) STRICT, WITHOUT ROWID;
CREATE TABLE keys (              -- a key holds from its entry to the entry that revoked it
    fingerprint TEXT PRIMARY KEY, login TEXT NOT NULL, public BLOB NOT NULL, recipient TEXT NOT NULL,
    enrolled_at TEXT NOT NULL, enrolled_entry INTEGER NOT NULL,
    revoked_at TEXT, revoked_entry INTEGER,
    rests_on TEXT NOT NULL,      -- the key of whoever enrolled it on his own word; empty where it is independent
    possession TEXT NOT NULL, proven_in TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE company (           -- one row once a second person has had a confirmed key: nobody is alone any more
    id INTEGER PRIMARY KEY CHECK (id = 1), entry INTEGER NOT NULL) STRICT;
CREATE TABLE two_eyes (          -- one row from the first entry of rules 2 on
    id INTEGER PRIMARY KEY CHECK (id = 1), entry INTEGER NOT NULL) STRICT;
CREATE TABLE continues (         -- one row where the journal continues that of the year before
    id INTEGER PRIMARY KEY CHECK (id = 1), journal TEXT NOT NULL, entry INTEGER NOT NULL) STRICT;
CREATE TABLE emergency_keys (    -- the last one is in force
    entry INTEGER PRIMARY KEY, ed25519 TEXT NOT NULL) STRICT;
CREATE TABLE extraordinary (     -- entries that take two pairs of eyes; payload: what waits, empty once it was decided
    entry INTEGER PRIMARY KEY, kind TEXT NOT NULL, author TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
    about TEXT NOT NULL, what TEXT NOT NULL, state TEXT NOT NULL, payload TEXT NOT NULL,
    decided_entry INTEGER, decided_by TEXT, decided_at TEXT, reason TEXT NOT NULL) STRICT;
CREATE INDEX extraordinary_by_state ON extraordinary (state, kind, about);
CREATE TABLE subjects (          -- place: the order in the journal
    name TEXT PRIMARY KEY, short TEXT NOT NULL, association TEXT NOT NULL, written INTEGER NOT NULL,
    place INTEGER NOT NULL, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE classes (           -- teacher: login of the class teacher, may be empty
    name TEXT PRIMARY KEY, grade INTEGER NOT NULL, letter TEXT NOT NULL, teacher TEXT NOT NULL,
    entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pupils (            -- file: the number of the personal file («личное дело»), unique in the school;
                                 -- sex: «м», «ж», or empty where the list does not say
    id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, surname TEXT NOT NULL, given TEXT NOT NULL,
    patronymic TEXT NOT NULL, born TEXT NOT NULL, sex TEXT NOT NULL, entry INTEGER NOT NULL) STRICT;
CREATE TABLE enrolments (        -- since: first day; until: the day the pupil left, NULL while he is there;
    pupil INTEGER NOT NULL, class TEXT NOT NULL, since TEXT NOT NULL, until TEXT,
    entry INTEGER NOT NULL, PRIMARY KEY (pupil, since)) STRICT, WITHOUT ROWID;
CREATE INDEX enrolments_by_class ON enrolments (class);
CREATE TABLE pupil_aliases (     -- numbers that personal files had before; pupil: NULL once he was annulled
    file TEXT PRIMARY KEY, pupil INTEGER, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX pupil_aliases_by_pupil ON pupil_aliases (pupil);
CREATE TABLE group_members (     -- since: first day, empty from the beginning; until: the day the pupil left the group
    class TEXT NOT NULL, grp TEXT NOT NULL, pupil INTEGER NOT NULL, since TEXT NOT NULL, until TEXT,
    entry INTEGER NOT NULL, PRIMARY KEY (class, grp, pupil, since)) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_pupil ON group_members (pupil);
CREATE TABLE courses (           -- grp is empty where the course is the whole class's; hours a week
    id INTEGER PRIMARY KEY, class TEXT NOT NULL, grp TEXT NOT NULL, subject TEXT NOT NULL, teacher TEXT NOT NULL,
    hours REAL NOT NULL, entry INTEGER NOT NULL, UNIQUE (class, grp, subject)) STRICT;
CREATE TABLE own_courses (       -- courses with entries of their own, beside what was taken over
    course INTEGER PRIMARY KEY, entry INTEGER NOT NULL) STRICT;
CREATE TABLE course_teachers (   -- who taught the course from which day on; the last row is courses.teacher
    course INTEGER NOT NULL, entry INTEGER NOT NULL, since TEXT NOT NULL, teacher TEXT NOT NULL,
    PRIMARY KEY (course, entry)) STRICT, WITHOUT ROWID;
CREATE TABLE timetables (        -- a course's week from a day on, until the next row of the course
    course INTEGER NOT NULL, since TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (course, since)) STRICT, WITHOUT ROWID;
CREATE TABLE timetable (         -- the lessons of that week; weekday 1 (Monday) to 7
    course INTEGER NOT NULL, since TEXT NOT NULL, weekday INTEGER NOT NULL, lesson INTEGER NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (course, since, weekday, lesson)) STRICT, WITHOUT ROWID;
CREATE TABLE plans (             -- work: the kind of work as the plan words it («контрольная работа № 2») or empty
    course INTEGER NOT NULL, no INTEGER NOT NULL, topic TEXT NOT NULL, work TEXT NOT NULL, homework TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (course, no)) STRICT, WITHOUT ROWID;
CREATE TABLE lessons (           -- substitute: login or empty; recorded_on: the day it was first entered (school time)
    id INTEGER PRIMARY KEY, course INTEGER NOT NULL, date TEXT NOT NULL, lesson INTEGER NOT NULL,
    topic TEXT NOT NULL, work TEXT NOT NULL, homework TEXT NOT NULL, substitute TEXT NOT NULL,
    confirmed INTEGER NOT NULL,  -- 0 while a substitution waits for confirmation (§2.1)
    recorded_on TEXT NOT NULL, taken_over INTEGER NOT NULL,
    author TEXT NOT NULL,        -- login of who recorded it, who may overwrite it on the same day (§2.3.2)
    entry INTEGER NOT NULL,
    UNIQUE (course, date, lesson)) STRICT;
CREATE TABLE substitutions (     -- assigned by the deputy head before the lesson was recorded (§2.1)
    course INTEGER NOT NULL, date TEXT NOT NULL, lesson INTEGER NOT NULL, substitute TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (course, date, lesson)) STRICT, WITHOUT ROWID;
CREATE TABLE marks (             -- marks: «5», «4/5», «зач»…; work: kind of work where it differs from the lesson's
    lesson INTEGER NOT NULL, pupil INTEGER NOT NULL, marks TEXT NOT NULL, work TEXT NOT NULL,
    document TEXT NOT NULL,      -- the document that a mark from elsewhere rests on (§2.3.5), or empty
    author TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (lesson, pupil)) STRICT, WITHOUT ROWID;
CREATE TABLE attendance (        -- kind: «н», «б», «у» (absent) or «оп» (late)
    lesson INTEGER NOT NULL, pupil INTEGER NOT NULL, kind TEXT NOT NULL,
    author TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (lesson, pupil)) STRICT, WITHOUT ROWID;
CREATE TABLE reasons (           -- reason: «болезнь», «уважительная», «неуважительная»; until is inclusive
    pupil INTEGER NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, reason TEXT NOT NULL, document TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (pupil, since, until)) STRICT, WITHOUT ROWID;
CREATE TABLE exemptions (        -- a document exempts the pupil from the subject; until is inclusive
    pupil INTEGER NOT NULL, subject TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, document TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (pupil, subject, since)) STRICT, WITHOUT ROWID;
CREATE TABLE finals (            -- period: a period's name, «Год», «Экзамен» or «Итог»; override: reason or empty
    course INTEGER NOT NULL, pupil INTEGER NOT NULL, period TEXT NOT NULL, mark TEXT NOT NULL,
    override TEXT NOT NULL, set_on TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (course, pupil, period)) STRICT, WITHOUT ROWID;
CREATE TABLE decisions (         -- of the pedagogical council
    pupil INTEGER PRIMARY KEY, date TEXT NOT NULL, number TEXT NOT NULL, decision TEXT NOT NULL,
    entry INTEGER NOT NULL) STRICT;
CREATE TABLE corrections (       -- «Замена сведений» (§2.3.3): decision is empty, «удовлетворено» or «отклонено»
    number INTEGER PRIMARY KEY, requested_at TEXT NOT NULL, requested_by TEXT NOT NULL,
    course INTEGER NOT NULL, date TEXT NOT NULL, lesson INTEGER NOT NULL, reason TEXT NOT NULL,
    decision TEXT NOT NULL, note TEXT NOT NULL, decided_at TEXT NOT NULL, decided_by TEXT NOT NULL,
    requested_entry INTEGER NOT NULL, entry INTEGER NOT NULL) STRICT;
CREATE INDEX corrections_by_course ON corrections (course);
CREATE TABLE correction_changes ( -- kind: mark, attendance, lesson, final, annulment; was and becomes as read;
    number INTEGER NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL, -- change: the JSON of the request's entry
    pupil INTEGER, period TEXT NOT NULL, was TEXT NOT NULL, becomes TEXT NOT NULL, change TEXT NOT NULL,
    PRIMARY KEY (number, place)) STRICT, WITHOUT ROWID;
CREATE TABLE clock_resets (      -- the administrator said that the clock had been wrong until this entry
    entry INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE annulments (        -- recorded by mistake and taken back: on no page and in no count; kind: what it was;
    entry INTEGER NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL, what TEXT NOT NULL, -- what: as it stood before
    reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (entry, kind, about)) STRICT, WITHOUT ROWID;
CREATE TABLE annulled_lessons (  -- the places of lessons that were annulled; course: also that of an annulled one
    entry INTEGER NOT NULL, course INTEGER NOT NULL, date TEXT NOT NULL, lesson INTEGER NOT NULL,
    PRIMARY KEY (course, date, lesson, entry)) STRICT, WITHOUT ROWID;
CREATE TABLE annulled_courses (  -- their numbers are given to no other course: requests for corrections keep them
    id INTEGER PRIMARY KEY, class TEXT NOT NULL, grp TEXT NOT NULL, subject TEXT NOT NULL,
    entry INTEGER NOT NULL) STRICT;
CREATE TABLE remarks (           -- on how the journal is kept; course is NULL where the remark is about the whole book
    number INTEGER PRIMARY KEY, class TEXT NOT NULL, course INTEGER, text TEXT NOT NULL, author TEXT NOT NULL,
    written_at TEXT NOT NULL, answer TEXT NOT NULL, answered_by TEXT NOT NULL, answered_at TEXT NOT NULL,
    entry INTEGER NOT NULL) STRICT;
CREATE TABLE events (            -- of the school (§1.6); begins and place may be empty; annulled: why it does not take place
    number INTEGER PRIMARY KEY, title TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, begins TEXT NOT NULL,
    place TEXT NOT NULL, author TEXT NOT NULL, announced_at TEXT NOT NULL, annulled TEXT,
    entry INTEGER NOT NULL) STRICT;
CREATE TABLE event_classes (     -- for which classes an event is; none: for the whole school
    event INTEGER NOT NULL, class TEXT NOT NULL, PRIMARY KEY (event, class)) STRICT, WITHOUT ROWID;
CREATE TABLE notes (             -- «Блокнот» (§2.3.4): sealed to its author; done: 0 or 1
    entry INTEGER PRIMARY KEY, author TEXT NOT NULL, written_at TEXT NOT NULL, sealed TEXT NOT NULL,
    done INTEGER NOT NULL) STRICT;
CREATE TABLE year_closed (       -- one row once the year is closed
    id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL, by TEXT NOT NULL, entry INTEGER NOT NULL) STRICT;
CREATE TABLE year_turns (        -- every close and every time it was opened again (reopened: 1); reason: why, with gaps
    entry INTEGER PRIMARY KEY, reopened INTEGER NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    reason TEXT NOT NULL) STRICT;
CREATE TABLE year_continued (    -- one row once the next year's journal was begun; token: what its first entry repeats
    id INTEGER PRIMARY KEY CHECK (id = 1), token TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    entry INTEGER NOT NULL) STRICT;
CREATE TABLE restorations (      -- the journal went on from a restored copy; numbers: of documents, that were left out
    entry INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL, numbers INTEGER NOT NULL) STRICT;
CREATE TABLE restorations_lost ( -- known places of the part that was lost: how many entries there were, and the sum
    entry INTEGER NOT NULL, length INTEGER NOT NULL, head TEXT NOT NULL, PRIMARY KEY (entry, length, head)) STRICT;
CREATE TABLE witnesses (         -- whom the school names as witnesses of its ledger; url: where they take checkpoints, or NULL;
                                 -- removed_…, reason: NULL while it is named
    entry INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, url TEXT, at TEXT NOT NULL, by TEXT NOT NULL,
    removed_entry INTEGER, removed_at TEXT, removed_by TEXT, reason TEXT, PRIMARY KEY (entry, key)) STRICT, WITHOUT ROWID;
CREATE TABLE documents (         -- subject: a class, or empty for the school; at_entry: the ledger entry whose state it shows
    number TEXT PRIMARY KEY, form TEXT NOT NULL, subject TEXT NOT NULL, variant TEXT NOT NULL, title TEXT NOT NULL,
    leaves INTEGER NOT NULL, at_entry INTEGER NOT NULL, issued_at TEXT NOT NULL, issued_by TEXT NOT NULL,
    pdf_sha256 TEXT NOT NULL, version TEXT NOT NULL, writing INTEGER NOT NULL,
    reason TEXT NOT NULL,        -- why it was issued with gaps, or empty
    superseded INTEGER,          -- the entry that opened the year again, after which it holds no longer; NULL: it holds
    entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE document_pages (    -- digest: SHA-256 in lower-case hex, the page's check code
    number TEXT NOT NULL, page INTEGER NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (number, page)) STRICT, WITHOUT ROWID;
CREATE INDEX document_pages_by_digest ON document_pages (digest);
CREATE TABLE document_resources ( -- digests of the layouts and fonts a document was made with
    number TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (number, name)) STRICT, WITHOUT ROWID;
CREATE TABLE replaced_leaves (   -- leaves of a class's book that a document brought, or took out (page: NULL); leaf: «7», «7а»,
                                 -- «обложка», «опись 1», «лист-заверитель»; old_number, old_page: what lay there, NULL if nothing
    number TEXT NOT NULL, place INTEGER NOT NULL, book TEXT NOT NULL, leaf TEXT NOT NULL, page INTEGER,
    old_number TEXT, old_page INTEGER, PRIMARY KEY (number, place)) STRICT, WITHOUT ROWID;
CREATE INDEX replaced_leaves_by_book ON replaced_leaves (book);
CREATE TABLE signatures (        -- of issued documents by the school's signing program; checked: 'accepted', 'rejected' or 'none';
                                 -- valid_until: of the certificate in it, NULL where there is none; timestamp: 1 with one
    entry INTEGER PRIMARY KEY, number TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, program TEXT NOT NULL,
    checked TEXT NOT NULL, checker TEXT NOT NULL, signer TEXT NOT NULL, valid_until TEXT, timestamp INTEGER NOT NULL) STRICT;
CREATE INDEX signatures_by_number ON signatures (number);
CREATE TABLE signature_files (   -- place 1 is the signature; kind: 'signature', 'chain', 'crl', 'timestamp'
    entry INTEGER NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (entry, place)) STRICT, WITHOUT ROWID;
CREATE TABLE bound (             -- books that were bound (§5.4): how many leaves were counted, where the book is kept
    number TEXT PRIMARY KEY, date TEXT NOT NULL, sheets INTEGER NOT NULL, shelf TEXT NOT NULL, by TEXT NOT NULL,
    entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE carriers (
    id TEXT PRIMARY KEY, label TEXT NOT NULL, holder TEXT NOT NULL, place TEXT NOT NULL, device TEXT NOT NULL,
    registered_at TEXT NOT NULL, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE carrier_registrations ( -- every registration; the last of each carrier is its row of carriers
    entry INTEGER PRIMARY KEY, carrier TEXT NOT NULL, label TEXT NOT NULL, holder TEXT NOT NULL, place TEXT NOT NULL,
    at TEXT NOT NULL, by TEXT NOT NULL) STRICT;
CREATE TABLE carrier_issues (    -- who was given a carrier (§5.6); returned_at is NULL until it is handed in (§5.7)
    entry INTEGER PRIMARY KEY, carrier TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    returned_at TEXT, returned_to TEXT, place TEXT, returned_entry INTEGER) STRICT;
CREATE INDEX carrier_issues_by_carrier ON carrier_issues (carrier);
CREATE TABLE carrier_losses (    -- reported: the day; replacement: the carrier that took its place, NULL until then (§5.8);
                                 -- retired: 1 where it was not lost but is used no more
    carrier TEXT PRIMARY KEY, reported TEXT NOT NULL, circumstances TEXT NOT NULL, by_fault INTEGER NOT NULL,
    at TEXT NOT NULL, by TEXT NOT NULL, replacement TEXT, restored_at TEXT, restored_by TEXT,
    lost_entry INTEGER NOT NULL, entry INTEGER NOT NULL, retired INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE strands (           -- what is recorded on sticks, away from the ledger; id, head: lower-case hex
    id TEXT PRIMARY KEY, carrier TEXT NOT NULL, login TEXT NOT NULL,
    key TEXT NOT NULL,           -- fingerprint of the key that signs it
    opened_at TEXT NOT NULL, opened_by TEXT NOT NULL, opened_entry INTEGER NOT NULL,
    number INTEGER NOT NULL, head TEXT NOT NULL, -- of the last entry that was taken in or refused; its time and base
    base INTEGER NOT NULL, base_head TEXT NOT NULL, time TEXT, last_entry INTEGER NOT NULL,
    handover INTEGER NOT NULL,   -- the first of the records that follow each other and carry entries of this strand
    closed_at TEXT, closed_by TEXT, why TEXT, abandoned TEXT, closed_entry INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX strands_by_carrier ON strands (carrier);
CREATE INDEX strands_by_login ON strands (login);
CREATE TABLE carried (           -- entries of strands; entry: the record that carries it; refused: why, or empty
    entry INTEGER PRIMARY KEY, strand TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, refused TEXT NOT NULL,
    signature TEXT NOT NULL,     -- SHA-256 of the author's signature
    head TEXT NOT NULL,          -- the strand's head after it
    handover INTEGER NOT NULL, made TEXT NOT NULL, taken TEXT NOT NULL, -- days of the entry and of the record; made may be empty
    by TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX carried_by_number ON carried (strand, number, entry);
CREATE TABLE carried_lessons (   -- lessons that a hand-over has touched, as they stood before it; stood: 0 where there was none
    strand TEXT NOT NULL, handover INTEGER NOT NULL, course INTEGER NOT NULL, date TEXT NOT NULL, lesson INTEGER NOT NULL,
    stood INTEGER NOT NULL, topic TEXT NOT NULL, work TEXT NOT NULL, homework TEXT NOT NULL, substitute TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (course, date, lesson)) STRICT, WITHOUT ROWID;
CREATE TABLE loss_pupils (       -- of whom a lost stick held data, as it stood when the loss was recorded (§5.8)
    carrier TEXT NOT NULL, pupil INTEGER NOT NULL, PRIMARY KEY (carrier, pupil)) STRICT, WITHOUT ROWID;
CREATE TABLE handed_lessons (    -- lessons that were recorded first on a stick, and taken in on another day
    course INTEGER NOT NULL, date TEXT NOT NULL, lesson INTEGER NOT NULL, made TEXT NOT NULL, taken TEXT NOT NULL,
    entry INTEGER NOT NULL, PRIMARY KEY (course, date, lesson)) STRICT, WITHOUT ROWID;
CREATE TABLE handed_marks (      -- entries with marks, absences or final marks that were recorded on a stick, and taken in on another day
    entry INTEGER PRIMARY KEY, course INTEGER NOT NULL,
    lesson INTEGER,              -- NULL where it set final marks
    made TEXT NOT NULL, taken TEXT NOT NULL, author TEXT NOT NULL) STRICT;
CREATE INDEX handed_marks_by_course ON handed_marks (course);
CREATE TABLE archives (          -- length and head: the ledger in it; tagmanifest: SHA-256 in hex, the archive's code
    name TEXT PRIMARY KEY, period TEXT NOT NULL, created_at TEXT NOT NULL, length INTEGER NOT NULL,
    head TEXT NOT NULL, tagmanifest TEXT NOT NULL, bytes INTEGER NOT NULL, files INTEGER NOT NULL,
    signer TEXT NOT NULL, author TEXT NOT NULL, -- fingerprint of the key that signed it; login of who recorded it
    kind TEXT NOT NULL,          -- «journal», «database» (the journal alone), «summaries» (kept for 25 years)
    entry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE archive_copies (   -- at: when it was written; a copy that was wiped and written again has a row for each time
    archive TEXT NOT NULL, carrier TEXT NOT NULL, at TEXT NOT NULL, entry INTEGER NOT NULL,
    PRIMARY KEY (archive, carrier, entry)) STRICT, WITHOUT ROWID;
CREATE TABLE verifications (     -- depth: «подпись», «содержание» …; result: «цел», «цел и подлинен», «повреждён» …
    entry INTEGER PRIMARY KEY, archive TEXT NOT NULL, carrier TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    depth TEXT NOT NULL, result TEXT NOT NULL,
    damaged INTEGER, healable INTEGER) STRICT; -- files damaged or missing; whether its recovery data suffice; NULL: not said
CREATE TABLE repairs (           -- source: «recovery», «copy», «both»
    entry INTEGER PRIMARY KEY, archive TEXT NOT NULL, carrier TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    files INTEGER NOT NULL, bytes INTEGER NOT NULL, source TEXT NOT NULL) STRICT;
CREATE TABLE stored (            -- archives in a third place, each time that one was brought there (put) or read there
    entry INTEGER PRIMARY KEY, archive TEXT NOT NULL, place TEXT NOT NULL, shelf TEXT NOT NULL, at TEXT NOT NULL,
    by TEXT NOT NULL, put INTEGER NOT NULL, depth TEXT NOT NULL, result TEXT NOT NULL,
    damaged INTEGER, healable INTEGER, -- as in verifications
    locked_until TEXT) STRICT;   -- the day until which it is locked there; NULL where it was not locked then
CREATE TABLE backups (           -- copies of any day; carrier or place: where it lies; tagmanifest: its code; length, head: the
    entry INTEGER PRIMARY KEY, name TEXT NOT NULL, carrier TEXT NOT NULL, place TEXT NOT NULL, -- ledger in it
    at TEXT NOT NULL, author TEXT NOT NULL, tagmanifest TEXT NOT NULL, length INTEGER NOT NULL, head TEXT NOT NULL,
    bytes INTEGER NOT NULL, files INTEGER NOT NULL, signer TEXT NOT NULL) STRICT;
CREATE TABLE destroyed (         -- older journals, or their sheets, whose term is over; stays: the archive of sheets that is kept
    entry INTEGER PRIMARY KEY, journal TEXT NOT NULL, year TEXT NOT NULL, ends TEXT NOT NULL,
    what TEXT NOT NULL,          -- «journal», «summaries» (kept for 25 years)
    length INTEGER NOT NULL, head TEXT NOT NULL, stays TEXT, stays_code TEXT,
    protocol TEXT NOT NULL, means TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL) STRICT;
CREATE TABLE destroyed_archives ( -- the archives that went with it
    entry INTEGER NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL, PRIMARY KEY (entry, name)) STRICT, WITHOUT ROWID;
CREATE TABLE destroyed_cases (   -- the lines of the act
    entry INTEGER NOT NULL, line INTEGER NOT NULL, case_index TEXT NOT NULL, title TEXT NOT NULL, first TEXT NOT NULL,
    last TEXT NOT NULL, count INTEGER NOT NULL, term TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (entry, line)) STRICT, WITHOUT ROWID;
CREATE TABLE statistics_exports ( -- what left the school as statistics; sha256: of the table as CSV, of rows of the encrypted file
    entry INTEGER PRIMARY KEY, period TEXT NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL, at TEXT NOT NULL,
    by TEXT NOT NULL) STRICT;
