-- oldest writer: 1
-- What was managed, and by whom: one row for each change that was asked for.
-- `before` and `after` (JSON) hold only the members that changed, and no secrets;
-- `result` is empty if it was done, else why it was not.
CREATE TABLE audit(
    id {serial},
    at_ms {number} NOT NULL,
    who {text} NOT NULL,
    peer {text} NOT NULL,
    action {text} NOT NULL,
    target {text} NOT NULL,
    before {text} NOT NULL,
    after {text} NOT NULL,
    result {text} NOT NULL
){rows};
