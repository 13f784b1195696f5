"""Clients that meet the faults: each connects to localhost with a context, and raises what its library raises."""

from __future__ import annotations

import asyncio
import http.client
import imaplib
import poplib
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Callable

TIMEOUT = 0.5
Client = Callable[[int, ssl.SSLContext], None]


def plain_ssl(port: int, context: ssl.SSLContext) -> None:
    with socket.create_connection(("localhost", port), TIMEOUT) as raw, context.wrap_socket(raw, server_hostname="localhost") as secure:
        secure.sendall(b"GET / HTTP/1.0\r\n\r\n")
        secure.recv(10)


def http_client(port: int, context: ssl.SSLContext) -> None:
    connection = http.client.HTTPSConnection("localhost", port, timeout=TIMEOUT, context=context)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    finally:
        connection.close()


def urllib_request(port: int, context: ssl.SSLContext) -> None:
    with urllib.request.urlopen(f"https://localhost:{port}/", timeout=TIMEOUT, context=context) as answer:
        answer.read()


def smtp(port: int, context: ssl.SSLContext) -> None:
    smtplib.SMTP_SSL("localhost", port, timeout=TIMEOUT, context=context).close()


def imap(port: int, context: ssl.SSLContext) -> None:
    imaplib.IMAP4_SSL("localhost", port, ssl_context=context, timeout=TIMEOUT).shutdown()


def pop3(port: int, context: ssl.SSLContext) -> None:
    poplib.POP3_SSL("localhost", port, timeout=TIMEOUT, context=context).close()


def streams(port: int, context: ssl.SSLContext) -> None:
    async def talk() -> None:
        opening = asyncio.open_connection("localhost", port, ssl=context)
        reader, writer = await asyncio.wait_for(opening, TIMEOUT)
        try:
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            await reader.readexactly(10)
        finally:
            writer.close()

    asyncio.run(talk())


def use_urllib3(port: int, context: ssl.SSLContext) -> None:
    import urllib3

    with urllib3.PoolManager(ssl_context=context, retries=False, timeout=TIMEOUT) as pool:
        pool.request("GET", f"https://localhost:{port}/")


def use_urllib3_with_retries(port: int, context: ssl.SSLContext) -> None:
    import urllib3

    with urllib3.PoolManager(ssl_context=context, retries=0, timeout=TIMEOUT) as pool:
        pool.request("GET", f"https://localhost:{port}/")


def use_requests(port: int, context: ssl.SSLContext) -> None:
    import requests
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: object, **kwargs: object) -> None:
            super().init_poolmanager(*args, ssl_context=context, **kwargs)  # type: ignore[no-untyped-call]

        def build_connection_pool_key_attributes(self, *args: object, **kwargs: object) -> object:
            host, _ = super().build_connection_pool_key_attributes(*args, **kwargs)  # type: ignore[no-untyped-call]
            return host, {"ssl_context": context}

    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Adapter())
        session.get(f"https://localhost:{port}/", timeout=TIMEOUT)


def use_httpx(port: int, context: ssl.SSLContext) -> None:
    import httpx

    with httpx.Client(verify=context, timeout=TIMEOUT, trust_env=False) as client:
        client.get(f"https://localhost:{port}/")


def use_httpx_async(port: int, context: ssl.SSLContext) -> None:
    import httpx

    async def talk() -> None:
        async with httpx.AsyncClient(verify=context, timeout=TIMEOUT, trust_env=False) as client:
            await client.get(f"https://localhost:{port}/")

    asyncio.run(talk())


def use_aiohttp(port: int, context: ssl.SSLContext) -> None:
    import aiohttp

    async def talk() -> None:
        limit = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(f"https://localhost:{port}/", ssl=context) as answer:
            await answer.read()

    asyncio.run(talk())


STANDARD: tuple[Client, ...] = (plain_ssl, http_client, urllib_request, smtp, imap, pop3, streams)
INSTALLED: tuple[Client, ...] = (use_urllib3, use_urllib3_with_retries, use_requests, use_httpx, use_httpx_async, use_aiohttp)
