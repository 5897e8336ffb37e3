-- oldest writer: 1
-- What requests used and cost.  Times in ms since 1970, hours in seconds; money in
-- micro-dollars; NULL for what is not known and for 0 (neither takes a byte).

-- Texts by number.  Kinds: 1 account, 2 model, 3 endpoint, 4 service tier,
-- 5 version of the table of prices.
CREATE TABLE word(
    id {serial},
    kind {small} NOT NULL,
    text {text} NOT NULL,
    UNIQUE(kind, text)
){rows};

-- Who asked, as it was then: a key that was renamed, moved or given to somebody else
-- has several.  Without a key all are 0 or empty.
CREATE TABLE holder(
    id {serial},
    key_id {number} NOT NULL,
    key_name {text} NOT NULL,
    owner {text} NOT NULL,
    group_id {number} NOT NULL,
    group_name {text} NOT NULL,
    UNIQUE(key_id, key_name, owner, group_id, group_name)
){rows};

-- A client's session, of one key.
CREATE TABLE session(
    id {serial},
    key_id {number} NOT NULL,
    name {text} NOT NULL,
    UNIQUE(key_id, name)
){rows};

-- One for each request that reached an account.  What is filtered by stands in front.
-- `ending` is an enum record_end; `tail` is what follows the time in our request id;
-- `failures` (JSON) is why each earlier attempt failed; `parts` (JSON) what was used of
-- which model, in what calls, and how it was served, where that is not the usual
-- (usage/booked_parts.h).
CREATE TABLE booking(
    id {serial},
    ended_ms {number} NOT NULL,
    duration_ms {number} NOT NULL,
    holder {number} NOT NULL,
    account {number} NOT NULL,
    model {number},
    status {small},
    ending {small} NOT NULL,
    session {number},
    endpoint {number} NOT NULL,
    asked {number},
    tier {number},
    tokens_in {number},
    tokens_out {number},
    cache_read {number},
    cache_write_5m {number},
    cache_write_1h {number},
    searches {number},
    partial {small},
    batch {small},
    cost_microusd {number},
    prices {number},
    attempts {small} NOT NULL,
    first_byte_ms {number},
    bytes_in {number},
    bytes_out {number},
    tail {number} NOT NULL,
    upstream_id {text},
    client_id {text},
    failures {text},
    parts {text}
){rows};

-- Sums of the bookings that ended in an hour of UTC (its start in seconds).
CREATE TABLE total(
    hour_s {number} NOT NULL,
    holder {number} NOT NULL,
    account {number} NOT NULL,
    model {number} NOT NULL,
    requests {number} NOT NULL,
    failed {number} NOT NULL,
    unpriced {number} NOT NULL,
    tokens_in {number} NOT NULL,
    tokens_out {number} NOT NULL,
    cache_read {number} NOT NULL,
    cache_write_5m {number} NOT NULL,
    cache_write_1h {number} NOT NULL,
    searches {number} NOT NULL,
    cost_microusd {number} NOT NULL,
    PRIMARY KEY(hour_s, holder, account, model)
){rows by key};

-- The same by days of the relay's time zone, numbered from 1970-01-01.
CREATE TABLE daily(
    day {number} NOT NULL,
    holder {number} NOT NULL,
    account {number} NOT NULL,
    model {number} NOT NULL,
    requests {number} NOT NULL,
    failed {number} NOT NULL,
    unpriced {number} NOT NULL,
    tokens_in {number} NOT NULL,
    tokens_out {number} NOT NULL,
    cache_read {number} NOT NULL,
    cache_write_5m {number} NOT NULL,
    cache_write_1h {number} NOT NULL,
    searches {number} NOT NULL,
    cost_microusd {number} NOT NULL,
    PRIMARY KEY(day, holder, account, model)
){rows by key};

-- The same by sessions.
CREATE TABLE session_hour(
    hour_s {number} NOT NULL,
    session {number} NOT NULL,
    account {number} NOT NULL,
    model {number} NOT NULL,
    requests {number} NOT NULL,
    failed {number} NOT NULL,
    unpriced {number} NOT NULL,
    tokens_in {number} NOT NULL,
    tokens_out {number} NOT NULL,
    cache_read {number} NOT NULL,
    cache_write_5m {number} NOT NULL,
    cache_write_1h {number} NOT NULL,
    searches {number} NOT NULL,
    cost_microusd {number} NOT NULL,
    PRIMARY KEY(hour_s, session, account, model)
){rows by key};

-- Between which ids the bookings that ended in an hour lie.
CREATE TABLE hour(
    hour_s {number} NOT NULL PRIMARY KEY,
    first_id {number} NOT NULL,
    last_id {number} NOT NULL
){rows by key};

-- Of which zone the days of `daily` are; one row.
CREATE TABLE calendar(
    one {number} NOT NULL PRIMARY KEY CHECK(one = 1),
    zone {text} NOT NULL
){rows by key};

-- Results of batches that are booked: the first 16 bytes of the SHA-256 of the
-- batch's id, a newline, and the result's custom_id.
CREATE TABLE batch_result(
    result {bytes} NOT NULL PRIMARY KEY,
    booked_ms {number} NOT NULL
){rows by key};
