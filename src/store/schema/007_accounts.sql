-- oldest writer: 6
-- What is known of an account while it serves (JSON, account/vitals_json.h), by its name and
-- by the relay that learned it (HOST:PORT).
CREATE TABLE account_state(
    name {text} NOT NULL,
    relay {text} NOT NULL,
    doc {text} NOT NULL,
    PRIMARY KEY (name, relay)
){rows by key};
-- What the operator says of how an account is (account/said.h): his pause, if any; and
-- since when what was learned before holds no more.  said_ms grows with each saying.
CREATE TABLE account_said(
    name {text} NOT NULL PRIMARY KEY,
    said_ms {number} NOT NULL,
    since_ms {number} NOT NULL,
    until_ms {number} NOT NULL,
    why {text} NOT NULL,
    cleared_ms {number} NOT NULL
){rows by key};
-- Which account each session was served by last, and until when that holds: numbers of
-- account/bindings.h, as signed ones.
CREATE TABLE binding(
    session {number} NOT NULL PRIMARY KEY,
    account {number} NOT NULL,
    until_ms {number} NOT NULL
){rows by key};
-- Which account made each batch, file and the like: numbers of their ids, likewise.
CREATE TABLE owned(
    id {number} NOT NULL PRIMARY KEY,
    account {number} NOT NULL,
    until_ms {number} NOT NULL
){rows by key};
-- The same for one key each: numbers of key and id.
CREATE TABLE told(
    id {number} NOT NULL PRIMARY KEY,
    account {number} NOT NULL,
    until_ms {number} NOT NULL
){rows by key};
