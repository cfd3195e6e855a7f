"""Canaries: passwords, tokens, private keys and the key of the application go through the whole road, and reach no log
at DEBUG, no repr, no traceback and no byte of the database."""

from __future__ import annotations

import base64
import io
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr
from sqlalchemy import create_engine, inspect, text
from tests.crash.road import APPLICATION, KEY, Application
from tests.crash.worlds import RoadWorld, chosen

from mailkit import Draft, MailKit
from mailkit.auth.secretbox import generate_key
from mailkit.config import Account, DkimKey
from mailkit.errors import AuthError, MailkitError
from mailkit.store import Store
from mailkit.testing import MailServer
from mailkit.transport.smtp import SmtpTransport
from support.mails import mail

PASSWORD = "canary-Xq7!p4ssword-Zr9"
TOKEN = "canary.ya29.t0ken-8f3kQ2"
WRONG = "canary-wr0ng-Yt5-w8hb"
OFFICE = "office@acme.example"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that anybody logs, with tracebacks, but for the test servers: they are told the secrets."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(lambda record: not record.name.startswith(("mail.", "mailkit.testing")))
    names = ("", "mailkit", "sqlalchemy", "sqlalchemy.engine", "asyncio", "imapclient")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def forms(secret: str) -> set[str]:
    """A secret as it may be met: plain, in a URL, in hexadecimal, and inside base64 at each of the three alignments."""
    raw = secret.encode()
    coded = {base64.b64encode(b"x" * shift + raw).decode()[4 if shift else 0 : -4] for shift in range(3)}
    return {secret, quote(secret, safe=""), *coded, raw.hex()}


def found_in(url: str, logged: io.StringIO, output: str, reprs: list[str], tracebacks: list[str]) -> dict[str, str]:
    """Every place where a secret could be met, and what is there."""
    return {
        "a log": logged.getvalue(),
        "the output": output,
        "a repr": "\n".join(reprs),
        "a traceback": "\n".join(tracebacks),
        "the database": dump(url),
    }


def dump(url: str) -> str:
    """Every value of every table, as text."""
    engine = create_engine(url)
    found = []
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                found.append(" ".join(bytes(v).decode("latin-1") if isinstance(v, bytes) else str(v) for v in row))
    engine.dispose()
    return "\n".join(found)


def check(secrets: dict[str, str], places: dict[str, str]) -> None:
    told = [
        f"{name} is in {place}: …{said[max(at - 200, 0) : at]}[here]"
        for name, secret in secrets.items()
        for place, said in places.items()
        for form in forms(secret)
        if (at := said.find(form)) >= 0
    ]
    assert not told, "\n".join(told)


def test_canaries_are_found_where_they_are() -> None:
    """The search is tested: it finds what it looks for, also as SASL sends it."""
    sasl = base64.b64encode(f"\0{OFFICE}\0{PASSWORD}".encode()).decode()
    oauth = base64.b64encode(f"user={OFFICE}\1auth=Bearer {TOKEN}\1\1".encode()).decode()
    assert any(form in sasl for form in forms(PASSWORD))
    assert any(form in oauth for form in forms(TOKEN))
    with pytest.raises(AssertionError, match="the password is in a log"):
        check({"the password": PASSWORD}, {"a log": f"C: AUTHENTICATE PLAIN {sasl}"})


def test_no_secret_gets_out(
    tmp_path: Path, store_url: str, logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    store = Store.open(store_url, create=True)
    with store.engine.begin() as connection:
        for statement in APPLICATION:
            connection.execute(text(statement))
    store.close()
    tracebacks: list[str] = []
    reprs: list[str] = []
    world = RoadWorld(tmp_path, store_url, chosen(), password=PASSWORD)
    key = generate_key()
    try:
        application = road(world)
        reprs += [repr(application.kit), str(vars(application.kit)), repr(application.kit.accounts.list())]
        with MailServer() as server:
            tracebacks += wrong_credentials(server)
            reprs += tokens(server, store_url, key)
    finally:
        world.close()
    files = [path.read_bytes().decode("latin-1") for path in tmp_path.iterdir() if path.is_file()]
    output = capfd.readouterr()
    secrets = {"the password": PASSWORD, "a wrong password": WRONG, "the token": TOKEN, "the key": key, "a key": KEY}
    places = {**found_in(store_url, logged, output.out + output.err, reprs, tracebacks), "a file": "\n".join(files)}
    assert all(places[place] for place in ("a log", "a repr", "a traceback", "the database"))
    assert "(secret)" in places["a log"], "logging in was not logged, so this proves nothing"
    check(secrets, places)


def road(world: RoadWorld) -> Application:
    """The whole road, in this process."""
    application = Application(world._told())
    for name in ("order", "send", "pipe", "sync", "jobs", "send", "sync", "jobs"):
        application.clock.minute += 30
        getattr(application, name)()
    for entry in application.kit.outbox.list():
        assert entry.state in ("sent", "partial"), entry
    account = application.kit.accounts.get("sales")
    logging.getLogger("mailkit").debug("%r %s %r", account, account, account.credentials)
    application.kit.close()
    return application


def wrong_credentials(server: MailServer) -> list[str]:
    """Logging in to a server that refuses the password and repeats it."""
    server.add_user(OFFICE, PASSWORD)
    kit = MailKit("sqlite://", key=generate_key())
    kit.accounts.add(server.account(OFFICE, name="office"))
    told = []
    server.faults.refuse_login(reply=f"NO [AUTHENTICATIONFAILED] not {PASSWORD}", service="imap")
    server.faults.refuse_login(reply=f"535 5.7.8 not {PASSWORD}", service="smtp")
    for check_ in kit.accounts.check("office"):
        assert isinstance(check_.error, AuthError), check_
        told += formatted(check_.error)
        logging.getLogger("mailkit").error("as an application would", exc_info=check_.error)
    assert not server.faults.armed
    kit.close()
    return told


def tokens(server: MailServer, url: str, key: str) -> list[str]:
    """An account with OAuth: sync, send, and a token that is refused."""
    server.add_user("oauth@acme.example", "unused", token=TOKEN)
    server.folder("oauth@acme.example").add(mail())
    offered = [TOKEN]
    kit = MailKit(url, key=key, tenant="oauth")
    kit.accounts.add(server.account("oauth@acme.example", name="o", token_provider=lambda: offered[0]))
    assert kit.sync("o").ok
    assert kit.send(Draft(to=["bo@client.example"], subject="x", text="y"), account="o").sent
    said = [repr(kit.accounts.get("o")), repr(kit._core.credentials), repr(kit._core.box)]
    said.append(repr(SmtpTransport.for_account(kit.accounts.get("o"), kit._core.credentials)))
    offered[0] = WRONG
    server.set_tokens("oauth@acme.example", "the old one has expired")
    with pytest.raises(MailkitError) as refused:
        kit.sync("o")
    logging.getLogger("mailkit").error("as an application would", exc_info=refused.value)
    said += formatted(refused.value)
    kit.close()
    return said


def formatted(error: BaseException) -> list[str]:
    """An error in words, with its causes and contexts, and its parts."""
    return ["".join(traceback.format_exception(error)), repr(error), str(vars(error)), repr(error.args)]


IN_URL = "canary/u#rl?p@ss:1%2"
DATABASE = "canary-db/p@ss#3"
REFRESH = "canary.refresh-t0ken-5vB"


def test_no_secret_of_a_url_a_signature_or_a_provider_gets_out(
    store_url: str, logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    tracebacks: list[str] = []
    reprs: list[str] = []
    # The database's server believes everybody: what is told with the URL is the same.
    with_password = store_url.replace("postgres@", f"postgres:{quote(DATABASE, safe='')}@")
    with MailServer(tls="insecure") as server, MailKit(with_password, key=generate_key(), create=True) as kit:
        server.add_user(OFFICE, IN_URL)
        for one in (from_a_url(server), signing(server, pem), with_a_failing_provider(server)):
            kit.accounts.add(one)
            reprs += [repr(one), str(one), repr(one.credentials), str(vars(one)), str(one.model_dump())]
        reprs += [repr(kit), str(vars(kit)), repr(kit.engine), str(kit.engine.url), repr(kit.accounts.list())]
        assert kit.sync("url").ok
        assert kit.send(Draft(to=["bo@client.example"], subject="x", text="y"), account="dkim").sent
        assert b"DKIM-Signature:" in server.sent[-1].raw
        assert not kit.send(Draft(to=["bo@client.example"], subject="x", text="y"), account="provider").sent
        for call in failing(kit, pem):
            with pytest.raises(MailkitError) as caught:
                call()
            tracebacks += formatted(caught.value)
            logging.getLogger("mailkit").error("as an application would", exc_info=caught.value)
        reprs += [repr(kit.outbox.list()), repr(kit.stats())]
    output = capfd.readouterr()
    secrets = {"a password from a URL": IN_URL, "the database's password": DATABASE, "a refresh token": REFRESH}
    secrets |= {"the private key": pem.splitlines()[1], "its bytes": private.private_bytes_raw().hex()}
    check(secrets, found_in(store_url, logged, output.out + output.err, reprs, tracebacks))


def from_a_url(server: MailServer) -> Account:
    """An account whose password has all the characters that mean something in a URL."""
    word = quote(IN_URL, safe="")
    url = f"imap://office%40acme.example:{word}@127.0.0.1:{server.imap_port}/?tls=insecure"
    return Account.from_url(f"{url}&smtp=smtp://127.0.0.1:{server.smtp_port}&smtp_tls=insecure", name="url")


def signing(server: MailServer, pem: str) -> Account:
    """An account that signs what it sends."""
    key = DkimKey(domain="acme.example", selector="s1", private_key=SecretStr(pem))
    return server.account(OFFICE, name="dkim").model_copy(update={"dkim": (key,)})


def with_a_failing_provider(server: MailServer) -> Account:
    """An account whose token server is asked with a refresh token, and fails."""
    return server.account(OFFICE, name="provider", token_provider=refused)


def refused() -> str:
    raise RuntimeError(f"POST https://login.example/token?refresh_token={REFRESH} was answered 400")


def failing(kit: MailKit, pem: str) -> list[Callable[[], object]]:
    """Calls that fail with a secret in their hands."""
    word, broken = quote(DATABASE, safe=""), pem.replace("-----END", "----END")
    return [
        lambda: kit.sync("provider"),
        lambda: MailKit(f"postgresql+psycopg://ana:{word}@127.0.0.1:1/mail"),
        lambda: MailKit(f"postgresql+psycopg://127.0.0.1:1/mail?user=ana&password={word}"),
        lambda: MailKit(f"postgresql://ana:a@b:{DATABASE}@db.acme.example/mail"),
        lambda: Account.from_url(f"imaps://office%40acme.example:{IN_URL}@imap.acme.example/"),
        lambda: DkimKey(domain="acme.example", selector="s1", private_key=SecretStr(broken)),
    ]
