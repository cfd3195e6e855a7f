"""Hold a scripted dialogue with a server and write it down: for people to read, and as what it comes to.

A record is text: ``C:`` lines are ours, ``S:`` lines the server's. What differs from run to run (names, numbers, dates,
queue ids) is replaced by words in angle brackets. ``essence`` boils the record down to what a client acts on: for each
command the final status, its response code, and the data before it, without the free text.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field

LINE = 60


@dataclass
class Talk:
    """A bare connection, and the record of what was said on it."""

    sock: socket.socket
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file = self.sock.makefile("rb")

    def secured(self, context, host: str = "localhost") -> None:
        """Begin TLS."""
        self.said.append("-- TLS --")
        self.sock = context.wrap_socket(self.sock, server_hostname=host)
        self._file = self.sock.makefile("rb")

    def note(self, text: str) -> None:
        """A remark in the record."""
        self.said.append(f"-- {text} --")

    def send(self, data: bytes, *, shown: str | None = None) -> None:
        """Say something."""
        self.sock.sendall(data)
        text = shown if shown is not None else data.decode("utf-8", "backslashreplace").removesuffix("\r\n")
        self.said += [f"C: {line}" for line in text.split("\r\n")]

    def line(self) -> bytes:
        """One line of the server's, recorded. Raises ConnectionError when it has hung up."""
        line = self._file.readline()
        if not line:
            self.said.append("S: (hangs up)")
            raise ConnectionError("the server has hung up")
        self.said.append("S: " + line.decode("utf-8", "backslashreplace").rstrip("\r\n"))
        return line

    def read(self, size: int) -> bytes:
        """So many bytes of the server's, recorded by line."""
        data = self._file.read(size)
        self.said += ["S: " + line for line in data.decode("utf-8", "backslashreplace").split("\r\n")]
        return data

    def close(self) -> None:
        self._file.close()
        self.sock.close()


# --- IMAP -------------------------------------------------------------------------------------------------------------


@dataclass
class ImapTalk(Talk):
    """An IMAP dialogue. Each command gets the next tag: a1, a2, …"""

    commands: list[str] = field(default_factory=list)
    answers: list[list[bytes]] = field(default_factory=list)

    def greeting(self) -> bytes:
        """The server's first line."""
        return self._response()

    def command(self, line: str, *literals: bytes) -> str:
        """Send a command; where it says ``{}`` a literal goes. Returns the tagged status."""
        return self.finish(self.begin(line, *literals))

    def begin(self, line: str, *literals: bytes) -> bytes:
        """Send a command and do not wait for its end. Returns the tag."""
        self.commands.append(line.replace("{}", "{%d}") % tuple(map(len, literals)) if literals else line)
        self.answers.append([])
        tag = b"a%d" % len(self.commands)
        pieces = line.encode().split(b"{}")
        self.send(tag + b" " + pieces[0] + (b"{%d}\r\n" % len(literals[0]) if literals else b"\r\n"))
        for number, literal in enumerate(literals):
            answer = self._response()
            self.answers[-1].append(answer)
            if not answer.startswith(b"+"):
                return tag
            last = number == len(literals) - 1
            rest = pieces[number + 1] + (b"\r\n" if last else b"{%d}\r\n" % len(literals[number + 1]))
            self.send(literal + rest)
        return tag

    def until(self, start: bytes) -> bytes:
        """Read to the response that begins so."""
        while True:
            response = self._response()
            self.answers[-1].append(response)
            if response.startswith(start):
                return response

    def finish(self, tag: bytes) -> str:
        """Read to the end of the command. Returns its status."""
        done = [answer for answer in self.answers[-1] if answer.startswith(tag + b" ")]
        last = done[0] if done else self.until(tag + b" ")
        return last.split(b" ")[1].decode()

    def _response(self) -> bytes:
        line = self.line()
        whole = line
        while match := re.search(rb"\{(\d+)\}\r\n$", line):
            whole += self.read(int(match[1]))
            line = self.line()
            whole += line
        return whole


_ATOMS = re.compile(rb'\{(\d+)\}\r\n|"(?:[^"\\]|\\.)*"|[()]|\[[^\]]*\](?:<\d+>)?|[^\s()"\[]+')


def words(response: bytes) -> list[object]:
    """The words of a response, lists nested, literals as strings. ``BODY[…]`` is one word."""
    stack: list[list[object]] = [[]]
    at = 0
    while match := _ATOMS.search(response, at):
        at = match.end()
        text = match[0]
        if text == b"(":
            stack.append([])
        elif text == b")" and len(stack) > 1:
            done = stack.pop()
            stack[-1].append(done)
        elif match[1] is not None:
            stack[-1].append(response[at : at + int(match[1])].decode("utf-8", "backslashreplace"))
            at += int(match[1])
        elif text.startswith(b"[") and response[match.start() - 1 : match.start()].isalnum() and stack[-1]:
            stack[-1][-1] = f"{stack[-1][-1]}{text.decode()}"
        elif text.startswith(b'"'):
            stack[-1].append(re.sub(r"\\(.)", r"\1", text[1:-1].decode("utf-8", "backslashreplace")))
        else:
            stack[-1].append(text.decode("utf-8", "backslashreplace"))
    return stack[0]


def frozen(value: object) -> object:
    """The same for comparing: lists as tuples."""
    return tuple(frozen(one) for one in value) if isinstance(value, list) else value


def imap_essence(answers: list[list[bytes]]) -> list[tuple[object, ...]]:
    """For each command: status, response code, and the data that came, in an order that does not matter."""
    return [_command_essence(responses) for responses in answers]


def _command_essence(responses: list[bytes]) -> tuple[object, ...]:
    tagged = ("none", "")
    data: set[object] = set()
    for response in responses:
        first, _, rest = response.partition(b" ")
        if first == b"+" or response.startswith(b"+"):
            data.add("+")
        elif first == b"*":
            data |= _untagged(rest)
        else:
            tagged = _status(rest)
    if tagged[1] == "CAPABILITY":  # some say it in the final response, some before it
        tagged = (tagged[0], "")
        data.add("CAPABILITY")
    return (*tagged, tuple(sorted(data, key=repr)))


def _status(rest: bytes) -> tuple[str, str]:
    """Status and response code; the numbers in it are the server's own business."""
    status, _, text = rest.partition(b" ")
    code = re.match(rb"\[([A-Z-]+)", text.upper())
    return status.decode().upper(), code[1].decode() if code else ""


def _untagged(rest: bytes) -> set[object]:
    found = words(rest)
    kind = str(found[0]).upper()
    if kind in {"OK", "NO", "BAD", "PREAUTH", "BYE"}:
        code = _status(rest)[1]
        return {f"{kind} [{code}]"} if code else {kind} if kind == "BYE" else set()
    if kind in {"CAPABILITY", "FLAGS", "ID", "NAMESPACE"}:
        return {kind}
    if kind == "LIST":
        attributes = frozenset(str(one).lower() for one in found[1]) - {"\\hasnochildren", "\\haschildren"}
        return {(kind, tuple(sorted(attributes)), *found[2:])}
    if kind == "SEARCH":
        return {(kind, *frozen(found[1:]))}
    if kind == "STATUS":
        items = found[2]
        return {(kind, found[1], tuple(sorted(zip(items[::2], items[1::2], strict=True))))}
    if len(found) > 1 and str(found[1]).upper() == "FETCH":
        return {("FETCH", found[0], _fetch(found[2]))}
    if len(found) > 1 and str(found[1]).upper() == "RECENT":
        return set()
    return {frozen([str(one).upper() if isinstance(one, str) else one for one in found])}


def _fetch(items: list[object]) -> tuple[object, ...]:
    pairs: list[tuple[str, object]] = []
    for name, value in zip(items[::2], items[1::2], strict=True):
        if name == "FLAGS":
            value = sorted(flag for flag in value if flag != "\\Recent")
        if name == "MODSEQ":
            value = "<modseq>"
        elif name == "INTERNALDATE":
            value = str(value).strip().removeprefix("0")
        elif name == "BODYSTRUCTURE":
            value = _lower(value)
        pairs.append((str(name), frozen(value)))
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def _lower(value: object) -> object:
    return [_lower(one) for one in value] if isinstance(value, list) else str(value).lower()


# --- SMTP -------------------------------------------------------------------------------------------------------------


@dataclass
class SmtpTalk(Talk):
    """An SMTP dialogue."""

    replies: list[tuple[str, str]] = field(default_factory=list)
    extensions: list[frozenset[str]] = field(default_factory=list)

    def reply(self) -> str:
        """Read one reply. Returns its code, with the enhanced code where there is one."""
        lines = [self.line()]
        while lines[-1][3:4] == b"-":
            lines.append(self.line())
        code = lines[-1][:3].decode()
        enhanced = re.match(rb"\d{3}[ -](\d\.\d{1,3}\.\d{1,3})(?:\s|$)", lines[-1])
        self.extensions.append(frozenset(line[4:].decode().split()[0] for line in lines[1:] if line[4:].split()))
        return f"{code} {enhanced[1].decode()}" if enhanced else code

    def command(self, line: str, *, shown: str | None = None) -> str:
        """Send a line and read the reply."""
        self.send(line.encode() + b"\r\n", shown=shown)
        found = self.reply()
        self.replies.append((shown or line, found))
        return found


# --- records ----------------------------------------------------------------------------------------------------------

_REPLACED = (
    (re.compile(r"\[UIDVALIDITY \d+"), "[UIDVALIDITY <number>"),
    (re.compile(r"\[(APPENDUID|COPYUID) \d+"), r"[\1 <uidvalidity>"),
    (re.compile(r"HIGHESTMODSEQ \d+"), "HIGHESTMODSEQ <number>"),
    (re.compile(r"MODSEQ \(\d+\)"), "MODSEQ (<number>)"),
    # Which of two clients is told that a mail is recent is a matter of luck.
    (re.compile(r"S: \* \d+ RECENT\n"), ""),
    (re.compile(r" ?\\Recent"), ""),
    (re.compile(r"UIDVALIDITY \d+"), "UIDVALIDITY <number>"),
    (re.compile(r" \(\d+\.\d+ \+ [^)]*secs\)"), " (<seconds>)"),
    (re.compile(r"queued as \w+"), "queued as <id>"),
    (re.compile(r"session=<[^>]*>"), "session=<id>"),
    (re.compile(r"CHANGEDSINCE \d+"), "CHANGEDSINCE <number>"),
    (re.compile(r"UNCHANGEDSINCE \d+"), "UNCHANGEDSINCE <number>"),
)


def written(said: list[str], names: dict[str, str]) -> str:
    """The record as text. ``names`` are what is called differently in each run, and what to write instead."""
    text = "\n".join(line.rstrip() for line in said).replace("\0", r"\0") + "\n"
    for name, instead in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(name, instead)
    for pattern, instead in _REPLACED:
        text = pattern.sub(instead, text)
    return text
