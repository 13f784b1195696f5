"""The rules of the check `local/clock`."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from ..common import CONSEQUENCE

_SET = {
    "linux": "timedatectl set-ntp true   # then: timedatectl status",
    "chrony": "chronyc -a makestep; chronyc tracking",
    "windows": "w32tm /resync /force",
    "macos": "sudo sntp -sS time.apple.com",
    "wsl": "wsl --shutdown   # the clock of a virtual machine stops while the host sleeps",
    "shell": "date -u   # compare it with another machine's",
}
CLOCK_WRONG = Rule(
    code="clock-wrong",
    title="This machine's clock is wrong",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Certificates are judged by the local clock: when it is slow they are not valid yet, when it is fast they have expired, and every site fails alike. A machine without a battery for its clock starts in 1970 or at its last build; virtual machines and containers take the host's clock.",
    fix=Fix(summary="Set the clock and keep it set by NTP.", snippets=_SET),
    references=("RFC 5280 section 4.1.2.5", "RFC 5905", "RFC 9110 section 6.6.1"),
    explains=("sct-in-the-future",),
    failing="a clock a year ahead of the server's Date header, and a certificate that is valid now",
    passing="an expired certificate and a clock that agrees with the server's Date header",
)
COMPARE = Fix(summary="Compare both clocks with a third one, and set the one that is wrong, by NTP.", snippets=_SET)
TIME_ZONE_WRONG = Rule(
    code="time-zone-wrong",
    title="This machine's clock is off by its time zone",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The clock shows local time where UTC is meant, or the other way round: the hour on the wall looks right, and what was issued within these hours is not valid yet. It happens where two systems share one hardware clock, and where a clock was set by hand.",
    fix=Fix(
        summary="Keep the hardware clock in UTC, set the zone rightly, and let NTP set the time.",
        snippets={
            "linux": "timedatectl set-local-rtc 0; timedatectl set-timezone AREA/CITY; timedatectl set-ntp true",
            "windows": "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation /v RealTimeIsUniversal /t REG_DWORD /d 1   # beside Linux",
            "docker": "docker run -e TZ=AREA/CITY ...   # the zone only: a container's clock is the host's",
            "shell": "date; date -u; echo $TZ",
        },
    ),
    references=("RFC 5280 section 4.1.2.5", "https://www.iana.org/time-zones"),
    explains=("sct-in-the-future",),
    failing="a clock two hours slow where local time is two hours ahead of UTC, and a certificate that was issued just now",
    passing="a clock that is five hours slow in the same zone",
)
SERVER_CLOCK_WRONG = Rule(
    code="server-clock-wrong",
    title="The server's clock is wrong",
    layer=Layer.APPLICATION,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="A server with a wrong clock refuses client certificates that are valid, staples OCSP answers that are stale, ends sessions at the wrong time and writes logs that nobody can match.",
    fix=Fix(summary="Set the server's clock by NTP.", snippets={"linux": "timedatectl set-ntp true", "chrony": "chronyc -a makestep"}),
    references=("RFC 9110 section 6.6.1", "RFC 5905"),
    failing="a Date header that lies before the time at which the certificate was logged",
    passing="a Date header that agrees with this machine's clock",
)
EXPIRED_UNNOTICED = Rule(
    code="certificate-expired-unnoticed",
    title="The certificate has expired, and a wrong clock hides it",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="By this machine's clock, which is wrong, the certificate is valid. Clients with the right time refuse it, and so will this one as soon as its clock is set.",
    fix=Fix(summary="Renew the certificate and reload the server, beside setting this machine's clock.", snippets={"certbot": "certbot renew"}),
    references=("RFC 5280 section 4.1.2.5",),
    explains=(*CONSEQUENCE, "certificate-expiring"),
    failing="a clock that is a year slow and a certificate that expired last week",
    passing="a clock that is a day slow and a certificate that is valid for months",
)
