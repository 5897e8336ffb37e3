-- oldest writer: 4
-- Sums of sessions by days of UTC, numbered from 1970-01-01: a sixth of what
-- session_hour has.
CREATE TABLE session_day(
    day {number} NOT NULL,
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
    PRIMARY KEY(day, session, account, model)
){rows by key};
INSERT INTO session_day
SELECT hour_s / 86400, session, account, model,
    CAST(sum(requests) AS bigint),
    CAST(sum(failed) AS bigint),
    CAST(sum(unpriced) AS bigint),
    CAST(sum(tokens_in) AS bigint),
    CAST(sum(tokens_out) AS bigint),
    CAST(sum(cache_read) AS bigint),
    CAST(sum(cache_write_5m) AS bigint),
    CAST(sum(cache_write_1h) AS bigint),
    CAST(sum(searches) AS bigint),
    CAST(sum(cost_microusd) AS bigint)
FROM session_hour GROUP BY hour_s / 86400, session, account, model;
