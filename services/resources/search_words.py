"""Words that a case worker types and that no official title holds, in both languages."""

from collections.abc import Mapping

_MODIFICATION = "modification modify change lower order income job modificacion modificar cambio bajar orden ingreso"
_ARREARS = "arrears past-due debt owe forgive reduce credit atraso atrasos deuda deber reducir"

SEARCH_WORDS: Mapping[str, str] = {
    "doc_4960": _MODIFICATION,
    "nyc_faq": _MODIFICATION,
    "form_request_for_a_first-level_desk_review": "objection mistake error account queja error cuenta",
    "nyc_debt": _ARREARS,
    "nyc_pio": _ARREARS,
    "nyc_pio_short": _ARREARS,
    "vid_pio": _ARREARS,
    "vid_pio22": _ARREARS,
    "nyc_jobs": "work employment training unemployed trabajo empleo capacitacion",
    "nys_enf": "garnish levy lien license passport tax refund embargo licencia pasaporte reembolso",
    "form_5258": "apply application open a case solicitar solicitud abrir caso",
    "form_5171": "paternity father paternidad padre",
    "vid_45": "paternity paternidad",
    "vid_47": "paternity paternidad",
    "form_mistake_of_fact_and_or_exempt_money_clai": "bank account frozen levy cuenta banco congelada embargo",
    "nys_payfaq": "how to pay online como pagar",
    "nys_dd": "bank account payment cuenta banco pago",
}
"""More words of a resource, by its id. Without accents, as search folds them away."""
