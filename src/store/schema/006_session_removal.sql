-- oldest writer: 6
-- How often rows of `session` were removed; one row.  Whoever remembers numbers of
-- sessions looks here, in each transaction that writes some, whether all are there still.
CREATE TABLE session_removal(
    one {number} NOT NULL PRIMARY KEY CHECK(one = 1),
    times {number} NOT NULL
){rows by key};
INSERT INTO session_removal(one, times) VALUES(1, 0);
