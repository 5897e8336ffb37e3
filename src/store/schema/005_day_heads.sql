-- oldest writer: 5
-- Bookings of the hour are being removed: what is left of them is not all of it.
ALTER TABLE hour ADD COLUMN removing {small};
-- An older program may have begun that; if so, with the oldest hour.
UPDATE hour SET removing = 1 WHERE hour_s = (SELECT min(hour_s) FROM hour)
AND (SELECT count(*) FROM booking WHERE id >= first_id AND id <= last_id
    AND ended_ms >= hour_s * 1000 AND ended_ms < (hour_s + 3600) * 1000)
    < (SELECT COALESCE(sum(requests), 0) FROM total
    WHERE total.hour_s = hour.hour_s);

-- Of hours whose bookings were removed, and in which a day began (at_ms): the sums of
-- what ended in that hour from then on.  They are in `total` and `daily`, too.
CREATE TABLE day_head(
    at_ms {number} NOT NULL,
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
    PRIMARY KEY(at_ms, holder, account, model)
){rows by key};
