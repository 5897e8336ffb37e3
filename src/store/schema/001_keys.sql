-- oldest writer: 1
-- Times in ms since 1970, starts of quarter hours in seconds; money in micro-dollars.

-- Keys may belong to one; `doc` (JSON) is what it was given: limits and the like.
CREATE TABLE key_group(
    id {id},
    name {text} NOT NULL UNIQUE,
    doc {text} NOT NULL,
    created_ms {number} NOT NULL,
    changed_ms {number} NOT NULL DEFAULT 0
){rows};

-- `folded` is what a search looks at: name, owner and tags in lower case.
CREATE TABLE key(
    id {id},
    name {text} NOT NULL UNIQUE,
    folded {text} NOT NULL,
    group_id {number} REFERENCES key_group(id),
    enabled {small} NOT NULL,
    created_ms {number} NOT NULL,
    changed_ms {number} NOT NULL,
    revoked_ms {number},
    expires_ms {number},
    first_used_ms {number},
    last_used_ms {number},
    doc {text} NOT NULL
){rows};
CREATE INDEX key_of_group ON key(group_id);

-- The SHA-256 of a key's text, never the text.  While a key is being rotated it has two.
CREATE TABLE key_secret(
    hash {bytes} NOT NULL PRIMARY KEY,
    key_id {number} NOT NULL REFERENCES key(id) ON DELETE CASCADE,
    prefix {text} NOT NULL,
    last4 {text} NOT NULL,
    created_ms {number} NOT NULL,
    expires_ms {number}
){rows by key};
CREATE INDEX key_secret_of_key ON key_secret(key_id);

-- What was used, of a `subject`: twice a key's id, or twice a group's and one more.
CREATE TABLE use_quarter(
    subject {number} NOT NULL,
    start_s {number} NOT NULL,
    requests {number} NOT NULL,
    tokens_in {number} NOT NULL,
    tokens_out {number} NOT NULL,
    cost_microusd {number} NOT NULL,
    PRIMARY KEY(subject, start_s)
){rows by key};
CREATE TABLE use_total(
    subject {number} NOT NULL PRIMARY KEY,
    requests {number} NOT NULL,
    tokens_in {number} NOT NULL,
    tokens_out {number} NOT NULL,
    cost_microusd {number} NOT NULL
){rows by key};

-- What requests came to, for what the next may cost; subject 0: of all keys.
CREATE TABLE estimate(
    subject {number} NOT NULL,
    model {text} NOT NULL,
    requests {number} NOT NULL,
    doc {text} NOT NULL,
    PRIMARY KEY(subject, model)
){rows by key};
