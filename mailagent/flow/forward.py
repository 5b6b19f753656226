"""A mail that an agent passed on to us: whose klacht it is, and what that person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailagent.core import commands
from mailagent.core.evidence import Evidence, Forward
from mailagent.core.forwarding import forwarded, says_forward
from mailagent.core.mail import Mail
from mailagent.core.organisation import Agent
from mailagent.core.reference import is_own
from mailagent.core.rulings import OnBehalf
from mailagent.core.trace import received_at
from mailagent.flow import settle
from mailagent.flow.answer import TOO_MANY_WAIT, may_wait, newly_written, park
from mailagent.flow.gather import Letter
from mailagent.flow.world import Act, World

_WHY = (
    "u stuurde een bericht door, en de mail bewijst niet genoeg om er meteen een klacht van te maken. Klopt "
    "het dat dit de melder is? Zo niet, stuur het bericht dan opnieuw door met #namens en het juiste adres"
)


def passed_on(letter: Letter, seen: Sequence[Evidence], world: World) -> Iterator[Evidence]:
    """What an agent's mail to our own address, not to a reply address, says about whose klacht it is."""
    mail = letter.mail
    agent = world.organisation.agent(mail.sender)
    if agent is None or any(one.kind.startswith("token_") for one in seen):
        return
    order, said = _on_behalf(mail, agent)
    if not (said or mail.enclosed or says_forward(mail.subject)):
        return
    yield Evidence("sender_is_agent", agent.address, "rules/teams.yaml")
    if order and not is_own(order.melder, world.organisation.address):
        yield Evidence("on_behalf", order.melder, "#namens")
    first = next((one.sender for one in _mails(mail) if _may_be_melder(one.sender, world)), None)
    yield Evidence("forwarded", first or "", "the block above the forwarded mail")


def _on_behalf(mail: Mail, agent: Agent) -> tuple[OnBehalf | None, bool]:
    """The order, and whether something like it was written."""
    above = newly_written(mail.text, mail.new_text, agent)
    written = commands.read(above)
    order = next((order for order in written.orders if isinstance(order, OnBehalf)), None)
    alone = order is not None and len(written.orders) == 1 and not written.problems
    return (order if alone else None), order is not None or "#namens" in above.lower()


def _mails(mail: Mail) -> tuple[Mail, ...]:
    """The mails within this one: attached whole, or pasted below its own words; the outermost first."""
    enclosed = (mail.enclosed, *forwarded(mail.enclosed.text)) if mail.enclosed else ()
    return (*enclosed, *forwarded(mail.text))


def _may_be_melder(address: str | None, world: World) -> bool:
    own = world.organisation
    return bool(address) and not is_own(address or "", own.address) and own.agent(address) is None


def ask(act: Act, letter: Letter, verdict: Forward) -> None:
    """Let the agent confirm whose klacht it is; where too much waits already, the sorting team judges."""
    agent = act.world.organisation.agent(verdict.agent)
    if agent and may_wait(act, agent):
        topic = settle.topic(letter.arrival_id, letter.mail.subject)
        park(act, topic, agent, f"#namens {verdict.melder}", _WHY)
    else:
        settle.ask(act, letter, TOO_MANY_WAIT)


def as_melders(letter: Letter, melder: str, world: World) -> Letter:
    """The letter as if the melder had sent it: their words, their files, and when they first reached us."""
    mail = letter.mail
    agent = world.organisation.agent(mail.sender)
    if agent is None:
        return replace(letter, sender=melder)
    inner = _of(melder, mail, world)
    if inner is None:
        order, _ = _on_behalf(mail, agent)
        mail = replace(mail, text=order.text if order else mail.text, sender_name="")
        return replace(letter, sender=melder, mail=mail)
    others = [part for part in mail.attachments if part.content_type != "message/rfc822"]
    theirs = replace(
        mail,
        subject=inner.subject or mail.subject,
        sender_name=inner.sender_name,
        text=inner.text,
        new_text=inner.text,
        attachments=(*inner.attachments, *others),
    )
    reached = letter.received_at
    if inner is mail.enclosed:
        reached = received_at(inner, letter.envelope, world.policy.own_servers.hosts, reached)
    return replace(
        letter,
        sender=melder,
        mail=theirs,
        received_at=min(reached, letter.received_at),
        language=world.language(inner.text),
    )


def _of(melder: str, mail: Mail, world: World) -> Mail | None:
    """The mail the melder wrote; where none bears that address, the first that no agent wrote."""
    mails = _mails(mail)
    theirs = next((one for one in mails if (one.sender or "").lower() == melder), None)
    return theirs or next((one for one in mails if world.organisation.agent(one.sender) is None), None)
