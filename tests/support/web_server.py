"""A web server on this machine, from which texts are read."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Serves `files`, whole or by ranges, and keeps what it sent."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {}
        self.etags = {}
        self.serves_ranges = True
        self.tells_sizes = True
        self.breaks_after = None  # bytes of a file after which connections end
        self.sent = []  # (path, start, stop) of each answer with a body

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(with_body=False)

    def do_GET(self):
        self.answer(with_body=True)

    def answer(self, *, with_body):
        path = self.path.lstrip("/").partition("?")[0]
        content, kind = self.server.files.get(path), "application/octet-stream"
        if path == "" or path.endswith("/"):
            names = sorted(name for name in self.server.files if name.startswith(path))
            content = "".join(f'<a href="/{name}">{name}</a>\n' for name in names).encode()
            kind = "text/html"
        if content is None:
            self.send_error(404)
            return
        start, stop = 0, len(content)
        asked = self.headers.get("Range")
        if asked and self.server.serves_ranges:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, stop = int(first), min(int(last) + 1 if last else stop, stop)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        else:
            self.send_response(200)
        if self.server.tells_sizes:
            self.send_header("Content-Length", str(stop - start))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.send_header("Content-Type", kind)
        self.send_header("ETag", self.server.etags.get(path, '"1"'))
        self.end_headers()
        if not with_body:
            return
        limit = self.server.breaks_after
        whole = stop if limit is None else max(start, min(stop, limit))
        self.server.sent.append((path, start, whole))
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content[start:whole])
            if whole < stop:
                self.wfile.flush()
                self.connection.shutdown(2)
                self.close_connection = True


@contextlib.contextmanager
def serving():
    """Serve until the block ends."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
