"""OHADA commercial law with the legal rate of UEMOA; hours and caps follow the same prudent policy as in France."""

from crm.law.packs.france import CAPS, DELIVERY_DAYS, HOURS, PROFESSIONAL
from crm.law.packs.line import Line

CAP_POLICY = "Acquit, plafonds prudents, FR-21 [P]"
RULES = [
    *HOURS,
    *[Line(line.code, line.value, CAP_POLICY, line.customer_kind) for line in CAPS],
    Line("limitation", {"years": 5}, "AUDCG (OHADA) art. 16"),
    Line("limitation", {"years": 2}, "AUDCG (OHADA) art. 301 : vente commerciale", PROFESSIONAL, "trade"),
    Line("limitation_effect", {"demand": "refused"}, "Acquit, politique prudente [P]", "consumer"),
    Line("limitation_effect", {"demand": "refused"}, "Acquit, politique prudente [P]", "public_body"),
    Line("limitation_effect", {"demand": "todo"}, "AUDCG (OHADA) art. 16 : la prescription s'invoque"),
    Line(
        "late_interest",
        {"rate": "legal_professional", "from": "formal_notice"},
        "AUDCG (OHADA) art. 291 : à compter de l’envoi de la mise en demeure",
        PROFESSIONAL,
    ),
    Line(
        "late_interest",
        {"rate": "legal_professional", "from": "formal_notice", "delivery_days": DELIVERY_DAYS},
        "loi uniforme UMOA, taux légal ; réception comptée après l’envoi : politique [P]",
    ),
    Line("letterhead", {"required": True}, "AUDCG (OHADA) art. 59, AUSCGIE (OHADA) art. 17"),
    Line("insolvency", {"declare_within_days": 60}, "AUPC (OHADA) art. 75 et 78"),
    Line("hold", {"blocks": True}, "Acquit, suspensions décidées ou légales"),
    Line("minimum_amount", {"amount": "500", "currency": "XOF"}, CAP_POLICY),
    Line("opt_out", {"blocks": True}, "Code du numérique du Bénin, livre V ; loi nationale équivalente ailleurs"),
    Line(
        "keep_customers",
        {"years": 10, "from": "next_year", "least": 5, "most": 10},
        "AUDCIF (OHADA) art. 24 : à vérifier ; au moins la prescription (AUDCG art. 16)",
    ),
    Line(
        "keep_messages",
        {"years": 5, "from": "next_year", "least": 2, "most": 10},
        "AUDCG (OHADA) art. 16 ; loi nationale sur les données personnelles : à vérifier",
    ),
    Line("keep_uploads", {"years": 1, "least": 1, "most": 10}, "Acquit, politique prudente [P]"),
    Line(
        "forbidden_words",
        {"words": ["huissier", "saisie", "service judiciaire", "prison", "expulsion", "fichage", "bailiff", "seizure"]},
        "Acquit, lexique prudent, FR-16 [P]",
    ),
]
