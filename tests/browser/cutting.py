"""A network between phone and service that can lose an answer: what was sent arrives, and nothing comes back."""

from __future__ import annotations

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OF_ONE_STEP = {"connection", "keep-alive", "transfer-encoding", "content-length"}  # headers that are not passed on


class CuttingNetwork:
    """Passes requests on to a port; use it with `with`. While is_cutting, what is posted is answered to nobody."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.is_cutting = False
        self.lost: list[int] = []  # the statuses that never came back

    def __enter__(self) -> CuttingNetwork:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://localhost:{self._server.server_address[1]}"


def _handler(network: CuttingNetwork) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service = HTTPConnection("127.0.0.1", network.port, timeout=30)
            service.request(self.command, self.path, body or None, dict(self.headers.items()))
            answer = service.getresponse()
            content = answer.read()
            service.close()
            if network.is_cutting and self.command == "POST":
                network.lost.append(answer.status)
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OF_ONE_STEP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
