"""France. "[P]" in an article marks our own prudent policy, which no text imposes."""

from crm.law.packs.line import Line, cap, week

PROFESSIONAL, CONSUMER, PUBLIC, ASSOCIATION = "professional", "consumer", "public_body", "association"
POLICY = "Acquit, politique prudente [P]"
# A notice reaches its reader some days after it left; none of them is charged.
DELIVERY_DAYS = 3
MESSAGES = week([["07:00", "20:00"]], [["07:00", "20:00"]])
OFFICE = week([["08:30", "18:30"]])
HOME = week([["09:00", "12:30"], ["14:00", "19:30"]], [["10:00", "12:30"]])
PRUDENT_CAPS = [
    cap("phone", 1, 1), cap("phone", 7, 2), cap("email", 7, 1), cap("sms", 7, 1), cap("all", 7, 2), cap("all", 30, 6),
]  # fmt: skip
BUSINESS_CAPS = [cap("phone", 1, 1), cap("email", 7, 2), cap("sms", 7, 1), cap("all", 7, 3), cap("all", 30, 8)]

HOURS = [
    Line("contact_hours_phone", HOME, f"{POLICY}, FR-21"),
    *[Line("contact_hours_phone", OFFICE, f"{POLICY}, FR-21", kind) for kind in (PROFESSIONAL, PUBLIC, ASSOCIATION)],
    Line("contact_hours_sms", HOME, f"{POLICY}, FR-21"),
    *[Line("contact_hours_sms", OFFICE, f"{POLICY}, FR-21", kind) for kind in (PROFESSIONAL, PUBLIC, ASSOCIATION)],
    Line("contact_hours_email", MESSAGES, f"{POLICY}, FR-21"),
]
CAPS = [
    Line("contact_caps", {"caps": PRUDENT_CAPS}, "C. consom. L121-6, C. pén. 222-16 ; plafonds : politique FR-21 [P]"),
    *[
        Line("contact_caps", {"caps": BUSINESS_CAPS}, "C. pén. 222-16 ; plafonds : politique FR-21 [P]", kind)
        for kind in (PROFESSIONAL, PUBLIC, ASSOCIATION)
    ],
]
LIMITATION = [
    Line("limitation", {"years": 5}, "C. civ. 2224"),
    Line("limitation", {"years": 5}, "C. com. L110-4", PROFESSIONAL),
    Line("limitation", {"years": 2}, "C. consom. L218-2", CONSUMER),
    Line(
        "limitation",
        {
            "years": 4,
            "from": "next_year",
            "interrupted_by": ["payment", "acknowledgement", "lawsuit", "enforcement", "demand"],
        },
        "loi 68-1250 du 31 décembre 1968, art. 1 et 2",
        PUBLIC,
    ),
    # C. civ. 2240 (a payment, an acknowledgement) speaks of limitation alone, 2241 and 2244 of what bars an action too.
    Line(
        "limitation",
        {"years": 2, "interrupted_by": ["lawsuit", "enforcement"]},
        "C. consom. R312-35 (forclusion) ; C. civ. 2241 et 2244",
        CONSUMER,
        "loan",
    ),
    Line("limitation", {"years": 3}, "loi 89-462 du 6 juillet 1989, art. 7-1", CONSUMER, "rent"),
    Line("limitation", {"years": 1}, "CPCE L34-2", "", "telecom"),
    Line("limitation", {"years": 1}, "C. com. L133-6", "", "transport"),
    Line("limitation", {"years": 2}, "C. assur. L114-1", "", "insurance"),
    Line("limitation_effect", {"demand": "refused"}, "C. consom. L218-2", CONSUMER),
    Line("limitation_effect", {"demand": "refused"}, "loi 68-1250, art. 7 et 8", PUBLIC),
    Line("limitation_effect", {"demand": "todo"}, "C. civ. 2247"),
]
CHARGES = [
    Line("late_interest", {"rate": "late_professional", "from": "due_date"}, "C. com. L441-10 II", PROFESSIONAL),
    Line(
        "late_interest",
        {"rate": "late_public_body", "from": "due_date", "rate_of": "first_day"},
        "C. commande publ. R2192-31",
        PUBLIC,
    ),
    Line(
        "late_interest",
        {"rate": "legal_professional", "from": "formal_notice", "delivery_days": DELIVERY_DAYS},
        "C. civ. 1231-6 et 1344-1 ; réception comptée après l’envoi : politique [P]",
    ),
    Line("fixed_indemnity", {"amount": "40.00", "currency": "EUR"}, "C. com. L441-10 II et D441-5", PROFESSIONAL),
    Line("fixed_indemnity", {"amount": "40.00", "currency": "EUR"}, "C. commande publ. D2192-35", PUBLIC),
    Line("late_rate_floor", {"times": 3, "rate": "legal_professional"}, "C. com. L441-10 II", PROFESSIONAL),
    Line(
        "waiver_forbidden", {"forbidden": True}, "C. commande publ. L2192-14 (renonciation réputée non écrite)", PUBLIC
    ),
    Line(
        "payment_terms",
        {"days": 30, "maximum_days": 60, "end_of_month_days": 45},
        "C. com. L441-10 I",
        PROFESSIONAL,
    ),
    Line(
        "payment_terms", {"days": 30, "maximum_days": 60}, "dir. 2011/7/UE art. 4, C. commande publ. R2192-10", PUBLIC
    ),
]
MENTIONS = [
    Line("mentions", {"required": ["late_rate", "fixed_indemnity"]}, "C. com. L441-9 et L441-10", PROFESSIONAL),
    Line("mentions", {"required": ["late_rate", "fixed_indemnity"]}, "C. commande publ. R2192-31 et D2192-35", PUBLIC),
    Line(
        "forbidden_words",
        {
            "words": [
                "huissier", "commissaire de justice", "saisie", "saisir vos biens", "service judiciaire",
                "dernier avis avant poursuites", "expulsion", "casier judiciaire", "fichage", "prison", "bailiff",
                "seizure", "court department", "criminal record",
            ]
        },
        "C. consom. L121-6, DGCCRF 2022 ; lexique : politique FR-16 [P]",
    ),
    Line("third_party_mentions", {"required": ["mandate", "first_letter_date", "first_letter_ref"]}, "CPCE R124-4"),
    Line("notice_days", {"days": 30}, "C. assur. L113-3", "", "insurance"),
    Line("letterhead", {"required": True}, "C. com. R123-237 et R123-238"),
    Line("insolvency", {"declare_within_months": 2}, "C. com. L622-7, L622-21, L622-24 et R622-24"),
    Line("hold", {"blocks": True}, "Acquit, suspensions décidées ou légales (C. civ. 1343-5 pour les délais de grâce)"),
    Line("minimum_amount", {"amount": "1.00", "currency": "EUR"}, POLICY),
    Line("notice_consent", {"required": True}, "CPCE L100 (consentement préalable du consommateur)", CONSUMER),
    Line("opt_out", {"blocks": True}, "RGPD art. 21 ; C. consom. L121-6"),
]  # fmt: skip
# `least` and `most`: what an entity may choose.
KEEPING = [
    Line(
        "keep_customers",
        {"years": 10, "from": "next_year", "least": 5, "most": 10},
        "C. com. L123-22 (pièces comptables : dix ans) ; au moins la prescription (C. civ. 2224)",
    ),
    Line(
        "keep_messages",
        {"years": 5, "from": "next_year", "least": 2, "most": 10},
        "C. civ. 2224, C. com. L110-4 ; CNIL, référentiel de la gestion commerciale : à vérifier",
    ),
    Line("keep_uploads", {"years": 1, "least": 1, "most": 10}, f"RGPD art. 5, § 1, e ; durée : {POLICY}"),
]
RULES = [*HOURS, *CAPS, *LIMITATION, *CHARGES, *MENTIONS, *KEEPING]
