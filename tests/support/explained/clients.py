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

#: Takes the port, the context, and seconds to wait.
Client = Callable[[int, ssl.SSLContext, float], None]


def plain_ssl(port: int, context: ssl.SSLContext, timeout: float) -> None:
    with socket.create_connection(("localhost", port), timeout) as raw, context.wrap_socket(raw, server_hostname="localhost") as secure:
        secure.sendall(b"GET / HTTP/1.0\r\n\r\n")
        secure.recv(10)


def http_client(port: int, context: ssl.SSLContext, timeout: float) -> None:
    connection = http.client.HTTPSConnection("localhost", port, timeout=timeout, context=context)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    finally:
        connection.close()


def urllib_request(port: int, context: ssl.SSLContext, timeout: float) -> None:
    with urllib.request.urlopen(f"https://localhost:{port}/", timeout=timeout, context=context) as answer:
        answer.read()


def smtp(port: int, context: ssl.SSLContext, timeout: float) -> None:
    smtplib.SMTP_SSL("localhost", port, timeout=timeout, context=context).close()


def imap(port: int, context: ssl.SSLContext, timeout: float) -> None:
    imaplib.IMAP4_SSL("localhost", port, ssl_context=context, timeout=timeout).shutdown()


def pop3(port: int, context: ssl.SSLContext, timeout: float) -> None:
    poplib.POP3_SSL("localhost", port, timeout=timeout, context=context).close()


def streams(port: int, context: ssl.SSLContext, timeout: float) -> None:
    async def talk() -> None:
        opening = asyncio.open_connection("localhost", port, ssl=context)
        reader, writer = await asyncio.wait_for(opening, timeout)
        try:
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            await reader.readexactly(10)
        finally:
            writer.close()

    asyncio.run(talk())


def use_urllib3(port: int, context: ssl.SSLContext, timeout: float) -> None:
    import urllib3

    with urllib3.PoolManager(ssl_context=context, retries=False, timeout=timeout) as pool:
        pool.request("GET", f"https://localhost:{port}/")


def use_urllib3_with_retries(port: int, context: ssl.SSLContext, timeout: float) -> None:
    import urllib3

    with urllib3.PoolManager(ssl_context=context, retries=0, timeout=timeout) as pool:
        pool.request("GET", f"https://localhost:{port}/")


def use_requests(port: int, context: ssl.SSLContext, timeout: float) -> None:
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
        session.get(f"https://localhost:{port}/", timeout=timeout)


def use_httpx(port: int, context: ssl.SSLContext, timeout: float) -> None:
    import httpx

    with httpx.Client(verify=context, timeout=timeout, trust_env=False) as client:
        client.get(f"https://localhost:{port}/")


def use_httpx_async(port: int, context: ssl.SSLContext, timeout: float) -> None:
    import httpx

    async def talk() -> None:
        async with httpx.AsyncClient(verify=context, timeout=timeout, trust_env=False) as client:
            await client.get(f"https://localhost:{port}/")

    asyncio.run(talk())


def use_aiohttp(port: int, context: ssl.SSLContext, timeout: float) -> None:
    import aiohttp

    async def talk() -> None:
        limit = aiohttp.ClientTimeout(total=timeout)
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(f"https://localhost:{port}/", ssl=context) as answer:
            await answer.read()

    asyncio.run(talk())


STANDARD: tuple[Client, ...] = (plain_ssl, http_client, urllib_request, smtp, imap, pop3, streams)
INSTALLED: tuple[Client, ...] = (use_urllib3, use_urllib3_with_retries, use_requests, use_httpx, use_httpx_async, use_aiohttp)
