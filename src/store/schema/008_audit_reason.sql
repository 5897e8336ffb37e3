-- oldest writer: 6
-- Of what was refused, for programs: its code and the values in the text (JSON); nothing
-- for rows of older programs.
ALTER TABLE audit ADD COLUMN reason {text};
