"""Search: one row for each record that can be found, the grammar of queries, and the ranked answer."""
