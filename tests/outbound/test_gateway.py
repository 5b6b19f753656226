"""What a gateway says of a message: its status decides, also where the rest of the answer never comes."""

from __future__ import annotations

import socket
import threading

import pytest

from mailagent.outbound.gateway import Gateway


def told(answer: bytes) -> int:
    """The code of the receipt, where the gateway answers this and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        receipt = Gateway(f"http://127.0.0.1:{server.getsockname()[1]}/", "", "secret").deliver(
            "<a@b>", b"{}"
        )
        thread.join(10)
        return receipt.code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", 250),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 250),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 50\r\n\r\n", 451),
        (b"", 451),
    ],
)
def test_a_message_that_was_taken_is_not_handed_over_again(answer: bytes, code: int) -> None:
    assert told(answer) == code
