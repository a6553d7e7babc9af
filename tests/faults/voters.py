"""Residents who vote, as a process of its own: `python -m tests.faults.voters PLAN OUT`.

PLAN is a JSON file: where to post, and for each resident a cookie, a token and what to post, in order. Each post that
is acknowledged is written to OUT at once. One that gets no answer, or no good one, is sent again until it is.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any, TextIO

THREADS = 4
PATIENCE = 90  # seconds that one post is tried
ANSWER_WITHIN = 60  # seconds


class Voters:
    def __init__(self, plan: dict[str, Any], out: TextIO) -> None:
        self.port, self.address, self.out = plan["port"], plan["address"], out
        self.residents: list[dict[str, Any]] = plan["residents"]
        self.lock = threading.Lock()

    def vote(self) -> None:
        threads = [threading.Thread(target=self._vote, args=(self.residents[n::THREADS],)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _vote(self, residents: list[dict[str, Any]]) -> None:
        """Everybody's first post, then everybody's second, so that kills meet all of them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN)
        for turn in range(max(len(one["posts"]) for one in residents)):
            for resident in residents:
                if turn < len(resident["posts"]):
                    self._until_acknowledged(connection, resident, resident["posts"][turn])

    def _until_acknowledged(
        self, connection: http.client.HTTPConnection, resident: dict[str, Any], post: dict[str, Any]
    ) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._post(connection, resident, post) == 303:
                with self.lock:
                    self.out.write(json.dumps({"resident": resident["number"], **post}) + "\n")
                    self.out.flush()
                return
            time.sleep(0.05)
        raise SystemExit(f"resident {resident['number']} got no answer")

    def _post(
        self, connection: http.client.HTTPConnection, resident: dict[str, Any], post: dict[str, Any]
    ) -> int | None:
        """The status; None where the connection broke."""
        fields = [("choices", one) for one in post["choices"]]
        fields += [("client_nonce", post["nonce"]), ("csrf_token", resident["token"])]
        headers = {
            "Cookie": f"innovationsforum={resident['cookie']}", "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        try:
            connection.request("POST", self.address, urllib.parse.urlencode(fields), headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        return answer.status


if __name__ == "__main__":
    with Path(sys.argv[2]).open("w") as out:
        Voters(json.loads(Path(sys.argv[1]).read_text()), out).vote()
