-- oldest writer: 6
-- What is known of an account while it serves (JSON, account/vitals_json.h), by its name.
CREATE TABLE account_state(
    name {text} NOT NULL PRIMARY KEY,
    doc {text} NOT NULL
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
