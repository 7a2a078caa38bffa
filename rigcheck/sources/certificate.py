"""What a TLS handshake says of the other side's certificate."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Literal

Certificate = Literal["ok", "expired", "not-yet", "other-name", "untrusted", "fault"]
"""fault: no certificate came that far; the TLS itself failed."""
_VERDICTS: Mapping[int, Certificate] = {  # OpenSSL's X509_V_ERR_*
    9: "not-yet",
    10: "expired",
    62: "other-name",
    64: "other-name",  # of an IP address
}


def judge_certificate(error: Exception) -> Certificate:
    """Why a handshake failed. OpenSSL looks at the issuer first, then the name, then the dates."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERDICTS.get(error.verify_code, "untrusted")
    return "fault"
