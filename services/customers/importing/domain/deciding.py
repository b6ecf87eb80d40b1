"""What becomes of each row of a batch, decided in order. The same for a check and for the run itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from servicekit.errors import Invalid
from services.customers.importing.domain import joining
from services.customers.importing.domain.asked import Json, Options, Row, error
from services.customers.importing.domain.custom import Custom
from services.customers.importing.domain.joining import Given
from services.customers.importing.domain.people import People
from services.customers.importing.domain.world import World
from services.customers.registry.domain import edits
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.customer import Customer, Tag
from services.customers.registry.domain.forms import MAX_TAGS, Form, ListEdit
from services.customers.registry.domain.matches import Matches, matches
from services.customers.registry.domain.united import Reached

_CODES: Final = {
    ("/contact_points", "too_many"): "too_many_contact_points",
    ("/tags", "too_many"): "too_many_tags",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are decided by. `tags` has by its folded name each tag that there is already."""

    options: Options
    people: People
    custom: Custom
    tags: Mapping[str, Tag]
    at: datetime
    new_id: Callable[[], UUID]


@dataclass(slots=True)
class Outcome:
    """What became of a row. `before` is there if it changed a customer, `after` if it made one, too."""

    row: Row
    outcome: str
    customer: UUID | None = None
    code: str | None = None
    errors: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    candidates: list[UUID] = field(default_factory=list)
    unknown: list[Json] = field(default_factory=list)
    before: Customer | None = None
    after: Customer | None = None
    duplicates: Matches = field(default_factory=Matches)  # whom one that was made shares addresses with


def decide(rules: Rules, world: World, rows: Iterable[Row]) -> list[Outcome]:
    """Each row's outcome; the world is afterwards as all of them leave it."""
    return [_decide(rules, world, row) for row in rows]


def _decide(rules: Rules, world: World, row: Row) -> Outcome:
    if row.errors:
        return _refused(Outcome(row, "refused"), row.errors)
    if (row.id is not None or row.target) and row.meant not in world.roots:
        return _refused(Outcome(row, "refused"), [error("/id", "unknown_id", "no customer has this id")])
    outcome = Outcome(row, "created")
    try:
        if rules.options.policy == "create" and row.target is None:
            return _create(rules, world, outcome)
        return _settle(rules, world, outcome)
    except Invalid as invalid:
        return _refused(outcome, invalid.payload["errors"])


def _settle(rules: Rules, world: World, outcome: Outcome) -> Outcome:
    """Whom the row meets, and what that means."""
    row, addresses = outcome.row, outcome.row.addresses
    if world.keeps_silent_about(row):
        return _unclear(outcome, ())
    own = world.roots[row.meant] if row.meant else None
    met = world.holders_of(addresses) if own is None else {own: None}
    if own is not None and (foreign := world.besides(own, addresses)):
        if row.target is None:
            met |= world.holders_of(foreign)
        else:
            outcome = _without(outcome, foreign)
    if world.hides(met):
        world.tell_of_hidden(row)
        return _unclear(outcome, ())
    if len(met) > 1:
        return _unclear(outcome, met, restricted=world.answers_left is not None)
    if not met:
        return _create(rules, world, outcome)
    (root,) = met
    if rules.options.policy == "skip" and row.target is None:
        outcome.outcome, outcome.customer = "skipped", root
        return outcome
    return _change(rules, world, outcome, world.customers[root])


def _create(rules: Rules, world: World, outcome: Outcome) -> Outcome:
    form = _named(outcome.row.form)
    teams = rules.people.new_team(rules.people.teams(outcome.row.teams).union(rules.options.teams))
    assignee = _assignee(rules, outcome.row, teams, has=None)
    changes = rules.custom.read(form.custom, held=(), unknown=outcome.unknown, warnings=outcome.warnings)
    points = edits.new_points(form, ids=rules.new_id, at=rules.at)
    id_ = rules.new_id()
    custom, option_ids = rules.custom.of_nobody(changes)
    customer = Customer(
        id=id_,
        name=form.name or "",
        name_source="import",
        status=form.status or "active",
        channel=form.channel or "import",
        created_at=form.created_at or rules.at,
        version=1,
        revision=1,
        points=points,
        team_ids=teams,
        assignee_id=assignee,
        tags=_tags(rules, form),
        custom=custom,
        option_ids=option_ids,
        reached=Reached(id_, {id_: points}),
    )
    if len(customer.tags) > MAX_TAGS:
        raise Invalid.at("/tags", "too_many", f"at most {MAX_TAGS}")
    if world.holders_of(outcome.row.addresses):
        outcome.duplicates = matches(outcome.row.addresses, world.holders)
    if any(each in world.customers for each in outcome.duplicates.fields_of):
        outcome.warnings.append(error("", "duplicate_customer", "another customer has this address, too"))
    outcome.outcome, outcome.customer, outcome.after = "created", id_, customer
    world.made_by[id_] = outcome.row.n
    world.put(customer)
    return outcome


def _change(rules: Rules, world: World, outcome: Outcome, before: Customer) -> Outcome:
    row, merging = outcome.row, rules.options.policy != "update"
    form = row.form
    teams = rules.people.teams(row.teams, has=before.team_ids).union(rules.options.teams)
    assignee = _assignee(rules, row, before.team_ids | teams, has=before.assignee_id, keep=merging)
    given = Given(form, row.addresses, _tags(rules, form), assignee)
    join = joining.filled if merging else joining.overwritten
    after = join(before, given, ids=rules.new_id, at=rules.at)
    if not teams <= after.team_ids:
        after = replace(after, team_ids=after.team_ids | teams)
    if form.custom:
        changes = rules.custom.read(
            form.custom, held=before.option_ids, unknown=outcome.unknown, warnings=outcome.warnings
        )
        after = rules.custom.apply(after, rules.custom.missing(before, changes) if merging else changes)
    outcome.customer, outcome.outcome = before.id, "unchanged"
    if after is not before:
        outcome.outcome = "merged" if merging else "updated"
        if before.reached and after.points != before.points:
            after = replace(after, reached=before.reached.showing(after.points))
        outcome.before, outcome.after = before, after
        world.put(after)
    return outcome


def _named(form: Form) -> Form:
    if not form.name:
        raise Invalid.at("/name", "missing_name", "a customer needs a name")
    return form


def _tags(rules: Rules, form: Form) -> tuple[Tag, ...]:
    """Those of the row and of the whole import, as they are called today."""
    named = (*form.tags.add, *rules.options.tags)
    known = [rules.tags.get(tag.folded, tag) for tag in named]
    return tuple({tag.folded: tag for tag in known}.values())


def _assignee(
    rules: Rules, row: Row, teams: frozenset[UUID], *, has: UUID | None, keep: bool = False
) -> UUID | None:
    """Whom the row names; `keep`: it is held to the rules also where another one stays."""
    if not row.assignee:
        return None
    user = rules.people.user(row.assignee, has=has)
    if user != has and not (keep and has):
        rules.people.check(user, teams)
    return user


def _without(outcome: Outcome, foreign: Iterable[Address]) -> Outcome:
    """Addresses that others hold stay theirs."""
    gone, form = set(foreign), outcome.row.form
    kept = replace(
        form,
        primaries={kind: a for kind, a in form.primaries.items() if a not in gone},
        points=ListEdit(add=tuple(a for a in form.points.add if a not in gone)),
    )
    outcome.row = replace(outcome.row, form=kept, addresses=kept.addresses)
    detail = "another customer has this address: it was left out"
    outcome.warnings += [error(f"/{a.field}", "address_of_another", detail) for a in foreign]
    return outcome


def _unclear(outcome: Outcome, candidates: Iterable[UUID], *, restricted: bool = True) -> Outcome:
    """For administrators to decide. Agents are told that, and nothing of why."""
    outcome.outcome, outcome.candidates = "needs_review", list(candidates)
    outcome.code = "unclear_match" if restricted else "two_customers"
    return outcome


def _refused(outcome: Outcome, errors: Iterable[Json]) -> Outcome:
    outcome.outcome, outcome.customer, outcome.warnings = "refused", None, []
    outcome.errors = [
        {**each, "code": _CODES.get((each["pointer"], each["code"]), each["code"])} for each in errors
    ]
    outcome.code = outcome.errors[0]["code"]
    return outcome
