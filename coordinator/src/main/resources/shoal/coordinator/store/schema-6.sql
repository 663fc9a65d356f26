-- Nothing: this number is taken by a change that is under way.
PRAGMA user_version = 6;
