"""The proxy that puts a server some way off."""

from __future__ import annotations

import socket
import threading

from benchmarks.proxy import open_proxy


def test_bytes_pass_both_ways_in_their_order_and_the_end_is_passed_on() -> None:
    """A megabyte comes back as it was sent, and the connection ends with the server's."""
    sent = b"".join(n.to_bytes(4, "big") for n in range(250_000))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo() -> None:
            connection, _ = server.accept()
            with connection:
                left = len(sent)
                while left:
                    data = connection.recv(65_536)
                    left -= len(data)
                    connection.sendall(data)

        thread = threading.Thread(target=echo)
        thread.start()
        with open_proxy(f"redis://127.0.0.1:{server.getsockname()[1]}/0", 1.0) as url:
            port = int(url.removeprefix("redis://127.0.0.1:").removesuffix("/0"))
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                writer = threading.Thread(target=client.sendall, args=(sent,))
                writer.start()
                back = b""
                while data := client.recv(65_536):
                    back += data
                writer.join()
        thread.join()
    assert back == sent
