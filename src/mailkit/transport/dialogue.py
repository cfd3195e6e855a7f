"""One message over one open SMTP connection: MAIL, RCPT …, DATA, content (RFC 5321 section 3.3).

The commands are sent one by one through aiosmtplib's ``execute_command``, which refuses control characters in any
argument, because every step has a meaning of its own for the verdict::

    MAIL refused           nobody gets it         verdicts from the reply
    RCPT refused           that one does not      verdict from the reply; the others go on
    DATA refused           nobody gets it         verdicts from the reply
    354, on_data           the durable mark is committed here, by the caller's thread, while the server waits
    content, reply         accepted ones          verdicts from the reply
    content, no reply      accepted ones          uncertain
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import aiosmtplib
import aiosmtplib.protocol

from mailkit.errors import AuthError, MailkitError
from mailkit.net.loop import CallOut
from mailkit.transport.base import OnData, Outgoing, Result, judged, printable, refused
from mailkit.transport.connect import log
from mailkit.transport.reply import provider_message_id
from mailkit.words import Verdict

_AUTH_REQUIRED = 530
#: The slowest line that is waited for, bytes a second.
SLOWEST = 64 * 1024


class StaleError(Exception):
    """A connection that was used before died before this message's first command was answered."""


class NoConnectionError(Exception):
    """There is no connection that mail could go over; ``error`` is the typed reason."""

    def __init__(self, error: MailkitError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(slots=True)
class _State:
    """What is known of one message so far."""

    outgoing: Outgoing
    verdicts: dict[str, Verdict] = field(default_factory=dict[str, Verdict])
    accepted: list[str] = field(default_factory=list[str])
    wait: timedelta = timedelta(0)
    reply: str = ""

    def judge(self, recipients: list[str], code: int | None, text: str, *, sent: bool = False) -> None:
        made, wait = judged(recipients, code, text, content_sent=sent)
        self.verdicts.update({verdict.recipient: verdict for verdict in made})
        self.wait = max(self.wait, wait)
        self.reply = printable(f"{code or ''} {text}")

    def result(self, provider_id: str | None = None) -> Result:
        verdicts = tuple(self.verdicts[address] for address in self.outgoing.envelope.recipients)
        return Result(self.outgoing.id, verdicts, self.reply, provider_id, self.wait)


async def send_one(
    client: aiosmtplib.SMTP, outgoing: Outgoing, on_data: OnData, call: CallOut, *, reused: bool, data_timeout: float
) -> Result:
    """Send one message; never raises for what the server or the network does.

    Raises:
        StaleError: ``reused``, and the connection was gone before anything was answered: connect again and repeat.
        NoConnectionError: the server wants AUTH and none was given.
        Exception: whatever ``on_data`` raised; the connection is closed and nothing was sent.
    """
    state = _State(outgoing)
    everybody = list(outgoing.envelope.recipients)
    local = _impossible(client, outgoing)
    if local is not None:
        state.verdicts.update({verdict.recipient: verdict for verdict in local})
        state.reply = local[0].text if local else ""
        return state.result()
    try:
        if not await _envelope(client, state, reused=reused):
            await _reset(client)
            return state.result()
        start = await _ask(client, b"DATA")
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        code, text = _from_error(error)
        state.judge([a for a in everybody if a not in state.verdicts], code, text)
        return state.result()
    if start.code != 354:
        # A 2xx here is nonsense: the content was not sent, so it means nothing.
        state.judge(state.accepted, start.code if start.code >= 400 else None, start.message)
        await _reset(client)
        return state.result()
    try:
        await call(on_data, replace(outgoing, judged=tuple(state.verdicts.values())))
    except BaseException:
        client.close()
        raise
    return await _content(client, state, data_timeout)


async def _envelope(client: aiosmtplib.SMTP, state: _State, *, reused: bool) -> bool:
    """MAIL and RCPT; whether any recipient was accepted."""
    outgoing = state.outgoing
    everybody = list(outgoing.envelope.recipients)
    try:
        reply = await _ask(
            client, b"MAIL", b"FROM:" + _path(outgoing.envelope.sender), *_mail_options(client, outgoing)
        )
    except (aiosmtplib.SMTPServerDisconnected, OSError) as error:
        if reused:
            raise StaleError from error
        raise
    if reused and reply.code == 421:
        # Many servers take a number of messages for each connection and end the next one so.
        raise StaleError
    if reply.code == _AUTH_REQUIRED:
        client.close()
        raise NoConnectionError(AuthError(f"The server wants a login: {reply.code} {printable(reply.message, 300)}"))
    if reply.code != 250:
        state.judge(everybody, reply.code, reply.message)
        return False
    for address in everybody:
        reply = await _ask(client, b"RCPT", b"TO:" + _path(address), *_rcpt_options(client, outgoing, address))
        if reply.code in (250, 251):
            state.accepted.append(address)
        else:
            state.judge([address], reply.code if reply.code >= 400 else None, reply.message)
    return bool(state.accepted)


async def _ask(client: aiosmtplib.SMTP, *command: bytes) -> aiosmtplib.SMTPResponse:
    """One command and its reply.

    A server that said more than it was asked is out of step: the rest would be taken for the reply to the next command,
    and a message for sent that was refused. The connection is closed.
    """
    reply = await client.execute_command(*command)
    if _said_more(client):
        client.close()
        raise aiosmtplib.SMTPServerDisconnected("more replies than commands")
    return reply


def _said_more(client: aiosmtplib.SMTP) -> bool:
    # There is no public way to see what aiosmtplib has read beyond the reply that it gave.
    return bool(getattr(client.protocol, "_buffer", b""))


async def _content(client: aiosmtplib.SMTP, state: _State, timeout: float) -> Result:
    protocol = client.protocol
    if protocol is None or not protocol.is_connected:
        # Lost while the mark was committed: not a byte of the content has left.
        client.close()
        state.judge(state.accepted, None, "The connection was lost before the content was sent.")
        return state.result()
    try:
        protocol.write(stuffed(state.outgoing.raw))
        # The clock runs while the content is still going out, so a large one gets time for that.
        reply = await protocol.read_response(timeout=timeout + len(state.outgoing.raw) / SLOWEST)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        code, text = _from_error(error)
        state.judge(state.accepted, code, text, sent=True)
        return state.result()
    except BaseException:
        client.close()
        raise
    if _is_leaving(protocol):
        # Nothing was accepted that was not there: what the server means to accept is another message, or none.
        client.close()
        code = reply.code if reply.code >= 400 else None
        state.judge(state.accepted, code, f"Answered before the content's end: {reply.message}", sent=True)
        return state.result()
    state.judge(state.accepted, reply.code, reply.message, sent=True)
    log.info("message %s: %s", state.outgoing.id, state.reply)
    if reply.code == 421 or not 200 <= reply.code <= 599 or _said_more(client):
        client.close()
    return state.result(provider_message_id(reply.message, client.hostname or "") if reply.code < 300 else None)


def _is_leaving(protocol: aiosmtplib.protocol.SMTPProtocol) -> bool:
    """Whether some of what was written is on this side of the socket."""
    transport = protocol.transport
    return isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size() > 0


def stuffed(raw: bytes) -> bytes:
    """The content as DATA wants it (RFC 5321 section 4.5.2): CRLF only, dots at line starts doubled, final dot.

    Lone CR and LF become CRLF: ``LF . LF`` and its like must not end the message for one server and not for the next
    (SMTP smuggling)."""
    data = raw
    if raw.count(b"\r\n") != raw.count(b"\n") or raw.count(b"\r\n") != raw.count(b"\r"):
        data = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    if data.startswith(b"."):
        data = b"." + data
    return data.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _impossible(client: aiosmtplib.SMTP, outgoing: Outgoing) -> tuple[Verdict, ...] | None:
    """Refusals that need no dialogue: what this server has said that it cannot take."""
    envelope = outgoing.envelope
    if not all(_is_path(address) for address in (envelope.sender or "a@b", *envelope.recipients)):
        return refused(envelope.recipients, 501, "5.1.3", "An address cannot stand in an SMTP command.")
    if outgoing.smtputf8 and not client.supports_extension("smtputf8"):
        return refused(envelope.recipients, 553, "5.6.7", "The server does not take internationalised addresses.")
    if not outgoing.smtputf8 and not "".join((envelope.sender, *envelope.recipients)).isascii():
        return refused(envelope.recipients, 553, "5.6.7", "An address is not ASCII and SMTPUTF8 was not asked for.")
    if not outgoing.raw.isascii() and not client.supports_extension("8bitmime"):
        return refused(envelope.recipients, 554, "5.6.3", "The server takes 7-bit messages only.")
    limit = client.esmtp_extensions.get("size", "")
    if limit.isascii() and limit.isdigit() and 0 < int(limit[:18]) < len(outgoing.raw):
        return refused(envelope.recipients, 552, "5.3.4", f"The server takes at most {limit} bytes.")
    return None


def _is_path(address: str) -> bool:
    # No source route ("@relay:name@domain", RFC 5321 appendix C), no control character of any kind, no lone surrogate.
    inside = address.strip("@") == address and "@" in address
    return inside and len(address) <= 400 and not any(c in "<>" or not c.isprintable() or c == " " for c in address)


def _path(address: str) -> bytes:
    return f"<{address}>".encode()


def _mail_options(client: aiosmtplib.SMTP, outgoing: Outgoing) -> list[bytes]:
    options: list[bytes] = []
    if client.supports_extension("size"):
        options.append(b"SIZE=%d" % len(outgoing.raw))
    if not outgoing.raw.isascii():
        options.append(b"BODY=8BITMIME")
    if outgoing.smtputf8:
        options.append(b"SMTPUTF8")
    if outgoing.dsn and client.supports_extension("dsn"):
        options += [b"RET=HDRS", b"ENVID=mailkit-%d" % outgoing.id]
    return options


def _rcpt_options(client: aiosmtplib.SMTP, outgoing: Outgoing, address: str) -> list[bytes]:
    if not outgoing.dsn or not client.supports_extension("dsn"):
        return []
    options = [b"NOTIFY=SUCCESS,FAILURE,DELAY"]
    if address.isascii():
        options.append(b"ORCPT=rfc822;" + _xtext(address))
    return options


def _xtext(text: str) -> bytes:
    """RFC 3461 section 4: "+" and "=" are written as hexadecimal."""
    return "".join(c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text).encode("ascii")


def _from_error(error: Exception) -> tuple[int | None, str]:
    """No reply, or one that is none. A malformed reply has no code that could be believed."""
    if isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code <= 599:
        return error.code, str(error.message)
    return None, f"No usable reply: {type(error).__name__}."


async def _reset(client: aiosmtplib.SMTP) -> None:
    """Clear the envelope for the next message; a connection that cannot do that is closed."""
    if not client.is_connected:
        return
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        client.close()
