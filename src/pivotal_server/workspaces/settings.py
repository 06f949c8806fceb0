"""What a workspace may say about weeks, dates and money, and how its stored settings are read."""

from collections.abc import Mapping
from typing import Any

WEEK_STARTS: Mapping[str, int] = {"monday": 1, "saturday": 6, "sunday": 7}
"""Days that a week may begin with, by ISO number."""
DATE_FORMATS = ("mdy", "dmy", "iso")
DAYS = (1, 2, 3, 4, 5, 6, 7)
USUAL_DAYS = (1, 2, 3, 4, 5)
FOLLOW = ("ask", "always", "never")
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
"""Codes of the currencies in circulation."""

DEFAULTS: Mapping[str, Any] = {
    "week_start": "monday",
    "working_days": list(USUAL_DAYS),
    "date_format": "mdy",
    "currency": "USD",
    "due_dates_on_working_days": False,
    "dates_follow": "ask",
}
"""What holds until a workspace says otherwise."""


def setting(settings: Mapping[str, Any], name: str) -> Any:
    """A stored setting of :data:`DEFAULTS`, or what holds without one."""
    return settings.get(name, DEFAULTS[name])


def week_starts(settings: Mapping[str, Any]) -> int:
    """The ISO number of the day that weeks begin with."""
    return WEEK_STARTS.get(setting(settings, "week_start"), 1)
