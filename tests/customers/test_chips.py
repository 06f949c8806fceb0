"""What chips say of the terms of a filter."""

import pytest

from pivotal_server.customers.chips import words_of
from pivotal_server.search.grammar import parse


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("-status:churned,archived", "Not churned, not archived"),
        ("status:at_risk", "Status is At risk"),
        ("-status:churned", "Status is not Churned"),
        ("-plan:a,b", "Plan is none of a, b"),
        ("owner:none", "Owner is empty"),
        ("-owner:none", "Owner is set"),
        ("plan:any", "Plan is set"),
        ('plan:"none"', "Plan is none"),
        ("mrr:>=10", "MRR at least 10"),
        ("mrr:..10", "MRR up to 10"),
        ("health:10..20", "Health score between 10 and 20"),
        ("created:>2026-01-01", "Created after 2026-01-01"),
        ("launch:2026-01-01..", "Next launch from 2026-01-01"),
        ("-activity:30d", "Last activity is not 30d"),
        ("domain:acme", "Domain has acme"),
        ("-acme", "Text has not acme"),
        ("#12", "Number is 12"),
        ("is:duplicate", "Is sharing its domain"),
        ("-has:primary", "Has not a primary contact"),
        ("cf.size:5", "Size is 5"),
        ("state:waiting", "State is Waiting on customer"),
    ],
)
def test_a_term_in_words(term: str, words: str) -> None:
    [parsed] = parse(term).terms
    assert words_of(parsed).text == words
