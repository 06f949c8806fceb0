from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.web.places import local_path
from tests.support.browser import Browser

ORIGIN = "https://pivotal.example"


@pytest.mark.parametrize("path", ["/", "/customers/5-acme", "/a?b=c&d=%20#e", "/a//b", "/;@x", "/[x]~"])
def test_a_path_of_this_server_stays(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("text", [None, "", "customers", "//x", "/\\x", "/\tx", "/ x", "/é", "https://x"])
def test_anything_else_leads_home(text: str | None) -> None:
    assert local_path(text) == "/"
    assert local_path(text, "") == ""


@given(st.text(alphabet=st.sampled_from("/\\:@?#.ahtps \t\n\r\x00\x7fé"), max_size=12))
@example("/\\/x")
@example("//x")
def test_whatever_is_typed_stays_on_this_server(text: str) -> None:
    # What the URL standard does to an address before it is read.
    seen = "".join(c for c in local_path(text) if c not in "\t\n\r").replace("\\", "/").strip("\x00 ")
    assert urlsplit(urljoin(ORIGIN, seen)).netloc == "pivotal.example"


@pytest.mark.parametrize("referer", ["http://[foo", "http://]/", "//[", "\x7f"])
async def test_a_referer_that_is_no_address_leads_home(dana: Browser, referer: str) -> None:
    response = await dana.post("/profile/theme", {"theme": "dark"}, csrf="wrong", Referer=referer)
    assert response.status_code == 419
