"""Of the tables of ours, those a copy says nothing of, and why."""

from collections_app.privacy.sections.base import FOLLOWS, WORK

NOT_OF_A_PERSON = {
    "engine.Change": WORK,
    "events.Event": "what the program told itself: a change told elsewhere, forgotten after a while",
    "events.Delivery": WORK,
    "actions.Deed": "a copy of reminders as they stood, kept for ten minutes",
    "actions.Tally": WORK,
    "privacy.Purge": "numbers of many",
    "privacy.Anonymised": "that nothing of him is left",
    "core.Removed": "identifiers of what an undone import took away: of no customer any more",
    "imports.AddressBefore": "which file said an address: told as its origin",
    "imports.NewCustomer": "which file brought him: told as the origin of the identity",
    "imports.Batch": "a file of many people: the lines about him are told, the file is not",
    "imports.RowError": "rows of a file that were refused: of no customer",
    "receivables.ForeignAccount": FOLLOWS,
    "receivables.DayTally": "sums of many",
    "engine.AgedPart": "sums of many",
    "engine.DailyFigures": "sums of many",
    "letters.PrintBatch": "a file of many people: each letter is told by its own",
    "localmail.LocalMail": "the made-up network of the demonstration",
} | dict.fromkeys(
    (
        "accounts.Absence", "accounts.ApiToken", "accounts.ContractRate", "accounts.Entity", "accounts.EntityClosure",
        "accounts.LegalMentions", "accounts.Team", "accounts.TeamMember", "accounts.User", "actions.SavedView",
        "engine.AskedNight", "engine.DryRun", "engine.MorningReport", "engine.Run", "engine.RunPart", "engine.RunStage",
        "engine.Simulation", "engine.TrainingReset", "imports.LastFeed", "imports.MappingProfile", "law.ExchangeRate",
        "law.Holiday", "law.Rate", "law.Rule", "letters.DeliveredDefault", "letters.Preparation", "letters.Template",
        "letters.TemplateVersion", "messaging.MailboxPosition", "messaging.SendingDay", "messaging.Withholding",
        "privacy.Retention", "scenarios.DeliveredDefault", "scenarios.Scenario", "scenarios.ScenarioVersion",
        "scenarios.Step", "segments.Group",
    ),
    "settings, people or work of the creditor: of no customer",
)  # fmt: skip
