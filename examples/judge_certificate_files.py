"""Judge a chain file and its key before a server uses them, and write the file as it should be."""

from __future__ import annotations

import tlsdiag
from tlsdiag.testing import Authority

root = Authority.root()
issued = root.intermediate().issue("www.example.com")
file = root.pem + issued.chain_pem[len(issued.pem) :] + issued.pem  # the wrong way round, and with the root

report = tlsdiag.diagnose_certificates(file, host="www.example.com", key=issued.key_pem, trust=root.pem)
print(report)
assert [finding.code for finding in report.causes] == ["file-wrong-order"]

repaired = report.repaired_chain()
assert repaired == issued.chain_pem
assert tlsdiag.diagnose_certificates(repaired, host="www.example.com", key=issued.key_pem, trust=root.pem).verdict is tlsdiag.Verdict.HEALTHY
