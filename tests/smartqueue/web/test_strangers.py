"""Who may ask for the pages, and who may change something."""

from __future__ import annotations

import pytest

from tests.smartqueue.web.conftest import Pages


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.168.1.7", "[::1]", "[fe80::1]:6680", "LOCALHOST:80"])
def test_an_address_or_a_name_of_this_machine_is_answered(pages: Pages, host: str) -> None:
    assert pages.ask("/survey", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a:b:c", "[::1"]
)
def test_another_name_that_leads_to_this_machine_is_refused(pages: Pages, host: str) -> None:
    for path in ("/", "/survey", "/api/token", "/static/site.js"):
        assert pages.ask(path, headers={"Host": host}).status in (400, 403)


def test_another_sites_page_is_refused(pages: Pages) -> None:
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        answer = pages.ask("/api/token", headers={"Origin": origin})
        assert answer.status == 403
        assert pages.site.token.encode() not in answer.body


def test_a_page_of_our_own_is_answered(pages: Pages) -> None:
    own = f"http://127.0.0.1:{pages.port}"
    assert pages.ask("/api/token", headers={"Origin": own}).json == {"token": pages.site.token}


def test_no_answer_invites_other_sites(pages: Pages) -> None:
    for path in ("/survey", "/api/token", "/static/site.css", "/nothing"):
        headers = {
            name.lower() for name in pages.ask(path, headers={"Origin": f"http://127.0.0.1:{pages.port}"}).headers
        }
        assert not {name for name in headers if name.startswith("access-control-")}


def test_pages_load_nothing_from_elsewhere_and_run_no_script_of_their_own(pages: Pages) -> None:
    answer = pages.ask("/survey")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert b"http://" not in answer.body
    assert b"https://" not in answer.body
