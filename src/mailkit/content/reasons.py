"""Why a delivery failed: one word from the server's sentence (RFC 3463 codes only where the sentence says nothing).

Servers choose their codes badly and their words well: ``550 5.7.1 … User unknown`` means an unknown user. So the
words are looked at first, the most telling ones before the general ones, then the enhanced status.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .tables import rows

__all__ = ["HARD_REASONS", "is_hard", "reason_for"]

# Reasons after which the address must not be written to again.
HARD_REASONS = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})

# "550-5.7.1 …" before each line of a long answer: it stands in the middle of phrases.
_CONTINUED = re.compile(r"\b[245]\d\d(?:-[245]\.\d{1,3}\.\d{1,3} ?|- ?| [245]\.\d{1,3}\.\d{1,3} )")
MAX_SENTENCE = 4000  # characters; the reason always stands near the front

# The first line that has one of its phrases in the sentence decides. Order matters: "blocked … DMARC policy" is an
# authentication failure, "protect our users from spam" stands in half of all refusals.
_PHRASES = rows(
    """
virusdetected: virus | malware | infected | trojan
toomanyconn: daily user sending | sending quota | daily sending
mailboxfull: mailbox exceeds | enough space | error: quota | mailbox full | mailbox is full |
    mailbox for user is full | mailbox too full |
    over quota | overquota |
    over the quota | quota exceeded | exceeded quota | exceeds quota | quota full | out of storage |
    not enough disk space | not enough space | storage allocation | exceeded storage | storage limit |
    mailbox size | inbox is full | account is full | exceeded its quota | quotaexceeded |
    mailbox quota | user is over quota | recipient overquota | boite du destinataire pleine | boîte pleine |
    boite pleine | boîte aux lettres pleine | postfach voll | postfach ist voll | postfach des empfängers |
    speicherplatz | buzón lleno | buzón está lleno | casilla llena | caixa postal cheia | caixa cheia |
    casella piena |
    casella di posta piena | mailbox vol | postlåda full | skrzynka jest pełna | schránka je plná | ящик переполнен |
    переполнен | posta kutusu dolu | 邮箱已满 | 邮箱空间不足 | 容量已满 | 信箱已滿 | 容量超過 |
    メールボックスがいっぱい |
    메일함이 가득 | 용량 초과 | kotak surat penuh | penuh | hộp thư đầy | กล่องจดหมายเต็ม
mesgtoobig: exceeds the size limit | message too large | message too big | too large for | size exceeds |
    exceeds maximum |
    exceeds the maximum |
    size limit exceeded | exceeded the maximum message size | line limit exceeded | file too big |
    message size limit | larger than the current system limit
authfailure: dmarc | unauthenticated email | sender is unauthenticated | dkim signature | dkim verification |
    senders to authenticate |
    authentication level | not authenticated by | arc validation | spf validation error | spf check | spf record |
    spf fail | fails to pass spf | spf validation |
    sender policy framework | dkim fail | dkim check | failed authentication | authentication checks |
    not pass authentication | does not pass dkim
requireptr: no ptr | dns ptr | ptr record | reverse dns | rdns | ip name lookup failed | reverse lookup |
    unverifyable sending ip | cannot find your hostname | cannot find your reverse | fcrdns |
    cannot resolve your address | domain name of your host
badreputation: reputation
greylisted: greylist | graylist | grey list | gray list | grey-list | postgrey | greylisted | greylisting
spamdetected: likely unsolicited | suspicion of spam | detected as spam | considered spam | considered as spam |
    classified as spam | identified as spam | looks like spam | spam message rejected | spam content | dt:spm |
    is spam | as spam | spam score | ssage spam | spammail | est un spam | als spam | como spam | come spam | спам |
    垃圾邮件
norelaying: rcpthosts | relay access denied | relaying denied | configured to relay | relay not permitted |
    unable to relay |
    relaying not | not permitted to relay | relay denied | we do not relay | not allowed to relay |
    relaying prohibited | attempt to relay
hasmoved: no longer on server | has moved | have moved | not our customer | mailbox moved | user not local
toomanyconn: too many recipients | too many connections | too many concurrent | too many sessions | rate limit |
    ratelimit |
    too many messages | connection rate | throttl | thread limit | sending too quickly | receiving mail too quickly |
    receiving mail at a rate | frequency limited | frequency exceed | too frequent | maximum number of messages |
    sending limit | hourly limit | daily limit | messages per hour | please slow down |
    exceeded the maximum number of connections | daily user sending
suspend: disabled or discontinued | account has been disabled | account is disabled | account disabled |
    mailbox disabled | mailbox is disabled | account is locked | account inactive | is inactive | deactivated |
    account suspended | user suspended | mailbox suspended | has been suspended | is suspended |
    account has been locked | mailbox unavailable due to inactivity | user is locked |
    account that you tried to reach is disabled | mailbox is frozen
notcompliantrfc: message-id headers | multiple addresses in from | not rfc | rfc 5322 | rfc 2822 | rfc5322 |
    rfc2822 | not compliant |
    missing a valid messageid | missing from header
contenterror: 8-bit data in message header | headers too large | duplicate header | malformed header |
    malformed mime |
    bare lf | bare newline | message header size | improper use of | illegal attachment | file type not allowed |
    invalid content | too many received headers in the message
policyviolation: policy reason | by policy | content filter | policy restriction | security policies |
    due to policy | policies of |
    restriction check failed | sendernotauthenticatedforgroup | delivery restriction | not authorized to send to |
    is not allowed to send to | administrative prohibition | policy violation | violates policy | local policy |
    security policy |
    policy of this | potential security issue | for policy | content policy
rejected: domain of sender | sender address rejected | sender rejected | sender denied | unroutable sender |
    sender verify failed | invalid sender | sender domain | unexpected volume or user complaints |
    not a registered gateway user | sender is not allowed | sender not allowed | bad sender | from address
blocked: not allowed to connect | envelope blocked | :blocked) | blocked - see | blocked using | blacklist |
    blocklist | block list |
    black list | dnsbl | rbl | spamhaus |
    spamcop | barracudacentral | client host rejected | client host blocked | refused to talk to me |
    not accepting connections | smtp server of your isp | my name was rejected | weren't sent | (bl) | relay quota |
    your ip | ip address blocked | banned | is blocked | has been blocked | connections not accepted |
    helo command rejected | bad helo | access denied from | ~ip= | dynamic ip | unresolvable hostname
spamdetected: spam | ~ube | mail content denied | content denied | due to content | message content rejected |
    unsolicited | content rejected | junk mail | bulk mail
hostunknown: host unknown | unknown host | domain does not exist | domain doesn't exist | no such host | domain not
    found |
    no such domain | unrouteable mail domain | nxdomain | unknown domain | domain unknown |
    host or domain name not found | bad destination host | invalid domain | domain couldn't be found |
    recipientdomainnotfound | non-existent domain | domain name not found
notaccept: couldn't find a mail exchanger | does not accept mail | doesn't accept mail | not accept any mail |
    null mx |
    nullmx | no mail hub | host does not receive mail | no mx record
userunknown: invalid final delivery userid | unbekannter empfänger | empfänger unbekannt | empfänger ist unbekannt |
    adresse unbekannt |
    utilisateur inconnu | destinataire inconnu | adresse inconnue | usuario desconocido | usuario no existe |
    destinatario desconocido | no existe | usuário desconhecido | não existe | utente sconosciuto |
    destinatario inesistente | onbekende gebruiker | bestaat niet | okänd mottagare | nieznany użytkownik |
    nie istnieje |
    neznámý | пользователь не найден | не существует | нет такого пользователя | 不存在 | 用户不存在 | 找不到收件人 |
    無此使用者 | 宛先不明 | ユーザーが見つかりません | 존재하지 않는 | tidak ditemukan | tidak dikenal |
    không tồn tại | ไม่พบ |
    non-existent account | nonexistent account | non-existent user | archived recipient | user unknown |
    unknown user | no such user | user not found | does not exist | doesn't exist |
    recipient not found | recipientnotfound | invalid recipient | unknown recipient | recipient unknown |
    no mailbox | address rejected | unknown local part | not a valid | no such recipient | mailbox not found |
    unknown address | unrouteable address | address unknown | addressee unknown | invalid mailbox |
    account not found | no such address | no such person | no such mailbox | mailbox unavailable |
    user doesn't have | no account | not a known user | not listed in | address not found |
    unable to find recipient | wasn't found at | couldn't be found | is not a valid mailbox | user invalid |
    invalid user | bad destination mailbox | recipient no longer | no longer valid | undeliverable address |
    not found by smtp address | destinataire invalide | unknown or illegal | unknown account | unknown mailbox |
    no valid recipient | name is not recognized
expired: could not be delivered for | delivered for too long | retry timeout exceeded | hosts have been failing |
    timed out | time out | timeout | in the queue too long | delivery time expired | expired | retry time not |
    have been failing for a long time | has not yet been delivered | unable to deliver in
networkerror: no route to host | connection refused | lost connection | network is unreachable | name service error |
    too many hops | hop count | mail loop | loops back | routing loop | handshake | connection reset |
    connection dropped | unreachable | couldn't connect | cannot connect | dns query failed | dns error |
    host not found | name server | connection closed | tls
mailererror: mailer error | command output | pipe to | | procmail | command died | exec / | vdelivermail:
systemerror: could not load | system error | local error | internal error | system resources | temporary failure |
    i/o error | config error | local configuration error | insufficient system | system failure | server error |
    temporarily unavailable | service not available | local problem | system not accepting | read-only file system |
    can't create output
syntaxerror: improper sequence | bad sequence | malformed address | syntax error | command not implemented | not
    recognized |
    must issue | need rcpt
"""
)

_BY_STATUS = {
    detail: reason
    for reason, details in rows(
        """
userunknown: 1.0 | 1.1 | 1.3 | 1.10
hostunknown: 1.2 | 4.4
hasmoved: 1.6
rejected: 1.7 | 1.8 | 7.1 | 7.27
suspend: 2.1
mailboxfull: 2.2
mesgtoobig: 2.3 | 3.4
systemerror: 3.1 | 3.5
notaccept: 3.2
expired: 4.7
authfailure: 7.7 | 7.8 | 7.20 | 7.21 | 7.22 | 7.23 | 7.24 | 7.26 | 7.509 | 7.515
requireptr: 7.25
toomanyconn: 7.28
"""
    )
    for detail in details
}
# Details that say more than the words of a refusal in general
_TELLING = frozenset({"7.25", "7.26", "7.28", "7.509", "7.515"})
_GENERAL = frozenset({"blocked", "spamdetected", "policyviolation", "rejected", "onhold"})
_BY_CLASS = {"2": "filtered", "3": "systemerror", "4": "networkerror", "5": "syntaxerror", "6": "contenterror"}


def reason_for(sentence: str, *, status: str = "", action: str = "", command: str = "", more: str = "") -> str:
    """One word for why, from the vocabulary in the module's table; ``onhold`` where nothing tells, ``undefined``
    without any sentence or status.

    Args:
        sentence: what the server said. status: RFC 3463, ``""`` if none. action: of RFC 3464 section 2.3.3.
        command: the SMTP verb that was answered, if known. more: the human part of the report, asked last.
    """
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    known = _from_words(sentence)
    detail = status.partition(".")[2]
    if known == "userunknown":
        return _unless_refused_after_data(detail, command)
    if known == "hostunknown" and "try again" in sentence.lower():
        return "networkerror"
    if command == "MAIL" and (known == "hostunknown" or (not known and "access denied" in sentence.lower())):
        return "rejected"  # it is the sender's domain that they do not know
    if known:
        return _BY_STATUS[detail] if known in _GENERAL and detail in _TELLING else known
    if not sentence and action == "failed" and (known := _from_words(more)):
        return known
    if detail not in ("", "0.0") and (by_status := _from_status(status, action)):
        return by_status
    if action == "delayed":
        return "expired"
    return _from_words(more) or ("onhold" if sentence or more else "undefined")


def is_hard(reason: str, status: str, action: str) -> bool | None:
    """Whether the address is dead. None: the report does not say enough."""
    if reason in ("onhold", "undefined"):
        return None
    return reason in HARD_REASONS and action in ("", "failed") and not status.startswith("4")


@lru_cache(maxsize=256)
def _from_words(sentence: str) -> str:
    text = _CONTINUED.sub("", " ".join(sentence[:MAX_SENTENCE].lower().split()))
    return next((reason for reason, phrases in _PHRASES if any(phrase in text for phrase in phrases)), "")


def _from_status(status: str, action: str) -> str:
    detail = status.partition(".")[2]
    if action == "delayed" and detail in ("4.0", "4.1", "4.7", "7.0", "7.1", "2.0", "3.2"):
        return "expired"
    return _BY_STATUS.get(detail) or _BY_CLASS.get(detail.partition(".")[0], "")


def _unless_refused_after_data(detail: str, command: str) -> str:
    """Some carriers accept RCPT and answer DATA with "user unknown" when they dislike the mail, not the address.

    The status then speaks of the mailbox or of policy. After DATA alone says nothing: commands are pipelined.
    """
    return "filtered" if command == "DATA" and detail.startswith(("2.", "7.")) else "userunknown"
