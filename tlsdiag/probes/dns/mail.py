"""DnsMail: MTA-STS of the mail domain that this host takes mail for (RFC 8461), and whether it wants reports (RFC 8460).

Which domain that is nobody has said: it is the host's own name, or the one above it, whichever has MX records that name the host; the host's own where
neither has any.
"""

from __future__ import annotations

import asyncio

from ...plugin import (
    DnsAnswer,
    DnsMail,
    Failure,
    FailureKind,
    Fetched,
    MailPolicy,
    Probe,
    Resolution,
    Scene,
    Scope,
    Unavailable,
    Why,
    between_mail_servers,
)
from ...wire.dns import read_exchange, read_strings
from .common import host_of, no_answer, no_name, read_all

LARGEST = 64 * 1024
"""Bytes of a policy (RFC 8461 section 3.3)."""
_MOST_HOSTS = 64
_MODES = ("enforce", "testing", "none")


class DnsMailProbe(Probe):
    """Asks for MX and TXT records, and fetches the policy where one is announced."""

    name = "dns-mail"
    provides = DnsMail
    needs = (Resolution,)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> DnsMail | Unavailable:
        """Judge nothing; failures are in the answers, and in `problem`."""
        host = host_of(scene.target)
        if not between_mail_servers(scene.target.starttls, scene.target.port):
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no mail is handed over here", by=self.name)
        if (reason := no_name(host, self.name)) is not None:
            return reason
        answers = await asyncio.gather(*(scene.lookup(name, "MX") for name in _candidates(host)))
        failed = [answer if isinstance(answer, Unavailable) else no_answer(answer, self.name) for answer in answers]
        if all(failed) and failed[0] is not None:
            return failed[0]
        known = [answer for answer in answers if isinstance(answer, DnsAnswer)]
        own = next((answer for answer in known if host in _exchanges(answer)), None)
        if own is not None:
            return await _of_domain(scene, own.name, _exchanges(own), tuple(known))
        if known[0].known and not known[0].records:  # a host without MX records takes its own mail (RFC 5321 section 5.1)
            return await _of_domain(scene, host, (host,), tuple(known))
        return DnsMail(domain="", answers=tuple(known))


def _candidates(host: str) -> list[str]:
    above = host.partition(".")[2]
    return [host, above] if "." in above else [host]


def _exchanges(answer: DnsAnswer) -> tuple[str, ...]:
    """The hosts of the MX records by preference."""
    found, _ = read_all(answer, read_exchange)
    return tuple(dict.fromkeys(host for _, host in sorted(found)))[:_MOST_HOSTS]


async def _of_domain(scene: Scene, domain: str, exchanges: tuple[str, ...], answers: tuple[DnsAnswer, ...]) -> DnsMail:
    announced, reports = await asyncio.gather(scene.lookup(f"_mta-sts.{domain}", "TXT"), scene.lookup(f"_smtp._tls.{domain}", "TXT"))
    texts = _texts(announced, "v=STSv1")
    found = (*answers, *(item for item in (announced, reports) if isinstance(item, DnsAnswer)))
    common = {"domain": domain, "exchanges": exchanges, "answers": found, "reporting": len(_texts(reports, "v=TLSRPTv1")) == 1}
    if len(texts) != 1:  # none, or several: no policy (RFC 8461 section 3.1)
        problem = f"{len(texts)} records at _mta-sts.{domain}, where one is wanted" if texts else ""
        return DnsMail(**common, record=texts[0] if texts else "", problem=problem)  # type: ignore[arg-type]
    answer = await scene.fetch(f"https://mta-sts.{domain}/.well-known/mta-sts.txt", limit=LARGEST)
    policy = read_policy(answer) if isinstance(answer, Fetched) else _why_not(answer)
    return DnsMail(
        **common,  # type: ignore[arg-type]
        record=texts[0],
        policy=policy if isinstance(policy, MailPolicy) else None,
        problem=policy if isinstance(policy, str) else "",
        failure=answer if isinstance(answer, Failure) else None,
        not_looked=isinstance(answer, Failure) and answer.kind in (FailureKind.NOT_ALLOWED, FailureKind.BUDGET_SPENT),
    )


def _texts(answer: DnsAnswer | Unavailable, version: str) -> tuple[str, ...]:
    if isinstance(answer, Unavailable):
        return ()
    found, _ = read_all(answer, read_strings)
    return tuple(text[:500] for text in found if text.partition(";")[0].strip() == version)


def _why_not(failure: Failure) -> str:
    return failure.detail or str(failure.kind)


def read_policy(answer: Fetched) -> MailPolicy | str:
    """The policy, or what is wrong with what came instead. Redirects are not followed by those who send mail (RFC 8461 section 3.3)."""
    if answer.redirects:
        return f"it redirects to {answer.url[:200]}, which servers of mail do not follow"
    if answer.status != 200:
        return f"HTTP status {answer.status}"
    if answer.truncated:
        return f"it is longer than {LARGEST} bytes"
    if (kind := (answer.header("content-type") or "").partition(";")[0].strip().lower()) != "text/plain":
        return f"its type is {kind[:60] or 'not said'}, not text/plain"
    return _policy(answer.body.decode("utf-8", "replace"))


def _policy(text: str) -> MailPolicy | str:
    pairs = [(key.strip(), value.strip()) for key, colon, value in (line.partition(":") for line in text.splitlines()) if colon]
    first = dict(reversed(pairs))
    hosts = tuple(value.lower()[:253] for key, value in pairs if key == "mx")[:_MOST_HOSTS]
    mode, age = first.get("mode", ""), first.get("max_age", "")
    if first.get("version") != "STSv1":
        return "it is no policy: version: STSv1 is missing"
    if mode not in _MODES:
        return f"mode: {mode[:40] or 'missing'}, where enforce, testing or none is wanted"
    if not (age.isascii() and age.isdigit() and len(age) <= 10):
        return "max_age is missing"
    return "it names no mx" if mode != "none" and not hosts else MailPolicy(mode=mode, hosts=hosts, max_age=int(age))
