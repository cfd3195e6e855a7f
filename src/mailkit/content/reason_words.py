"""What servers say when they refuse a mail, and the one word that it comes to: the vocabulary of reasons."""

from __future__ import annotations

import re

from .tables import rows

__all__ = ["PATTERNS", "PHRASES"]

# The first line that has one of its phrases in the sentence decides. Order matters: "blocked … DMARC policy" is an
# authentication failure, "protect our users from spam" stands in half of all refusals.
PHRASES = rows(
    """
spamdetected: spam/virus | spam or virus | spam classification | due to spam
virusdetected: virus | malware | infected | trojan | potentially executable
toomanyconn: daily user sending | reciplimit | recipientlimit | permitted limits | exceeded threshold |
    exceeded their limit | sending quota | daily sending | throttl | message quota
rejected: batv | but sender was rejected | bad outbound sender | mail from domain | authorized to send as |
    bouncedeny | third-party dsns | unsigned dsn | bogus mail from | empty envelope | null sender |
    <> invalid sender | backscatter protection | emetteur invalide | émetteur invalide | provide a valid from |
    not owned by user | sender email address | address is not verified | not pre-approved | sender is spammer |
    sender domain is empty | empty email address | returned mail not accepted | delivery not authorized |
    fully qualified email address | recursive cname | from an address that | permission to post | 投稿する権限 |
    user complaints
filtered: recipient preferences | banned recipient | rejected by recipient | restrictedtorecipients |
    accept mail from you~ | accept mails from you~ | has blocked your | blocked by user | verify your address |
    you verify | blocked by the recipient | only accepting mail from | not accepting any mail |
    not currently being accepted for this mailbox | restricted sms | notauthorized | account is protected by |
    user reject | refuse to receive | refuses to accept your mail | refused by recipient | bounced address
mailboxfull: mailbox exceeds | enough space | their quota | full mailbox | disk quota | disc quota | userdisk |
    domaindisk | allowed quota | quota violation | mailbox exceeded | disk space limit | folder is full |
    enough storage space | space has been used up | allowed storage | too much mail data | mail file size exceeds |
    exceeding receiving limits | user has too many messages | error: quota | mailbox full | mailbox is full |
    mailbox for user is full | mailbox too full | over quota | overquota | over the quota | quota exceeded |
    exceeded quota | exceeds quota | quota full | out of storage | not enough disk space | not enough space |
    storage allocation | exceeded storage | storage limit | mailbox size | inbox is full | account is full |
    exceeded its quota | quotaexceeded | mailbox quota | user is over quota | recipient overquota |
    boite du destinataire pleine | boîte pleine | boite pleine | boîte aux lettres pleine | postfach voll |
    postfach ist voll | postfach des empfängers | speicherplatz | buzón lleno | buzón está lleno | casilla llena |
    caixa postal cheia | caixa cheia | casella piena | casella di posta piena | mailbox vol | postlåda full |
    skrzynka jest pełna | schránka je plná | ящик переполнен | переполнен |
    posta kutusu dolu | 邮箱已满 | 邮箱空间不足 | 容量已满 | 信箱已滿 | 容量超過 | メールボックスがいっぱい |
    메일함이 가득 | 용량 초과 | kotak surat penuh | penuh | hộp thư đầy | กล่องจดหมายเต็ม
contenterror: header size | depth exceeded | invalid message content | corrupt message | headers too large
mesgtoobig: exceeds the size limit | sizelimit | the maximum size | inbound message size | max message size |
    message length exceeds | size limit | message too large | message too big | too large for | size exceeds |
    exceeds maximum | exceeds the maximum | size limit exceeded | exceeded the maximum message size |
    line limit exceeded | file too big | message size limit | larger than the current system limit
authfailure: dmarc | authentication failed | name or password | unauthenticated email | sender is unauthenticated |
    dkim signature | dkim verification | senders to authenticate | authentication level | not authenticated by |
    arc validation | spf validation error | spf check | spf record | spf fail | spf settings | spf.pobox | bad spf |
    per it's spf | fails to pass spf | spf validation | sender policy framework | dkim fail | dkim check |
    failed authentication | authentication checks | not pass authentication | does not pass dkim
requireptr: no ptr | dns ptr | ptr record | reverse dns | rdns | ip name lookup failed | reverse lookup |
    unverifyable sending ip | cannot find your hostname | cannot find your reverse | fcrdns |
    cannot resolve your address | domain name of your host | forward dns | unresolvable relay host |
    mismatches client ip | invalid rdns
badreputation: reputation
greylisted: greylist | graylist | grey list | gray list | grey-list | postgrey | greylisted | greylisting
spamdetected: likely unsolicited | reject, id= | no spam please | by spamassassin | blocked for abuse | bulk email |
    bulk e-mail | content filter rejection | message filtered | unacceptable content | banned content |
    rejecting mail content | bulk.advertising | pattern detection | uribl | by our filter | blacklisted url |
    sender domain listed | is blacklisted on | suspicion of spam | detected as spam | considered spam |
    considered as spam | classified as spam | identified as spam | looks like spam | spam message rejected |
    spam content | dt:spm | is spam | as spam | spam score | ssage spam | spammail | est un spam | als spam |
    como spam | come spam | спам | 垃圾邮件
norelaying: rcpthosts | no relaying | as a relay | relay access denied | relaying denied | configured to relay |
    relay not permitted | unable to relay | relaying not | not permitted to relay | relay denied | we do not relay |
    not allowed to relay | relaying prohibited | attempt to relay | insecure mail relay | allowed to relay |
    to relay through | authentication when attempting to send
hasmoved: no longer on server | has been replaced by | has moved | have moved | not our customer | mailbox moved |
    user not local
toomanyconn: too many recipients | too many errors | too many smtp sessions | connection limit | emails per hour |
    trop de connexions | numerous attempts to deliver | too many connections | too many concurrent |
    too many sessions | rate limit | ratelimit | too many messages | connection rate | throttl | thread limit |
    sending too quickly | receiving mail too quickly | receiving mail at a rate | frequency limited |
    frequency exceed | too frequent | maximum number of messages | sending limit | hourly limit | daily limit |
    messages per hour | please slow down | exceeded the maximum number of connections | daily user sending
suspend: disabled or discontinued | administratively disabled | account is expired | account has expired |
    account expired | due to inactivity | per inutilizzo | falta de uso | inactivo | nieaktywne |
    currently suspended | temporary locked | temporarily locked | inactive user | temporarily inactive |
    suspend the service | disabled recipient | recipient disabled | recipient is disabled | user disabled |
    user is disabled | account has been disabled | account is disabled | account disabled | mailbox disabled |
    mailbox is disabled | account is locked | account inactive | is inactive | deactivated | account suspended |
    user suspended | mailbox suspended | has been suspended | is suspended | account has been locked |
    mailbox unavailable due to inactivity | user is locked | account that you tried to reach is disabled |
    mailbox is frozen
notcompliantrfc: message-id headers | multiple subject | multiple message-id | multiple addresses in from | not rfc |
    rfc 5322 | rfc 2822 | rfc5322 | rfc2822 | not compliant | missing a valid messageid | missing from header
contenterror: 8-bit data in message header | duplicate header | mime complexity | invalid mime headers |
    received: headers | formatted binary content | unnecessary base64 | malformed header | malformed mime | bare lf |
    bare newline | message header size | improper use of | file type not allowed | invalid content |
    too many received headers in the message
policyviolation: policy reason | illegal attachment | members-only | not a member | closed mailing list |
    not subscribed to this | organizational settings | organization policy | low priority |
    messages with multiple addresses | protocol violation | presents a potential | images or other attachments |
    captcha | mass mailer | header error | header are not accepted | headers are not accepted |
    not accepting mail with | authrequired | by policy | content filter | policy restriction | security policies |
    due to policy | policies of | restriction check failed | sendernotauthenticatedforgroup | delivery restriction |
    not authorized to send to | is not allowed to send to | administrative prohibition | policy violation |
    violates policy | local policy | security policy | policy of this | potential security issue | for policy |
    content policy
rejected: domain of sender | sender address rejected | sender rejected | sender denied | unroutable sender |
    sender verify failed | invalid sender | sender domain | unexpected volume or user complaints |
    not a registered gateway user | sender is not allowed | sender not allowed | bad sender | from address
blocked: not allowed to connect | network not allowed | confirm this mail server | requires confirmation |
    allowed to send mail from | no access from | open proxy | looks suspiciously like spammer | access from ip |
    envelope blocked | :blocked) | blocked - see | blocked using | blacklist | blocklist | block list | black list |
    dnsbl | rbl | spamhaus | spamcop | barracudacentral | client host rejected | client host blocked |
    refused to talk to me | not accepting connections | smtp server of your isp | my name was rejected |
    weren't sent | (bl) | relay quota | your ip | ip address blocked | banned | is blocked | has been blocked |
    connections not accepted | helo command rejected | bad helo | access denied from | ~ip= | dynamic ip |
    unresolvable hostname
spamdetected: spam | ~ube | mail content denied | content denied | due to content | message content rejected |
    unsolicited | content rejected | junk mail | bulk mail
hostunknown: host unknown | nonexistentdomain | nonexistent domain | find any host | host name is unknown |
    domain is not reachable | domain must exist | mail domain mentioned in | name or service not known |
    domain may not exist | unknown host | domain does not exist | domain doesn't exist | no such host |
    domain not found | no such domain | unrouteable mail domain | nxdomain | unknown domain | domain unknown |
    host or domain name not found | bad destination host | invalid domain | domain couldn't be found |
    recipientdomainnotfound | non-existent domain | domain name not found
notaccept: couldn't find a mail exchanger | does not accept mail | doesn't accept mail | not accept any mail |
    null mx | nullmx | no mail hub | host does not receive mail | no mx record
userunknown: invalid final delivery userid | recipnotfound | recipient notfound | found in ldap | userid unknown |
    sconosciuto | inesistente | destinatario errato | nie ma takiego | adressat unbekannt | no one with | mail drop |
    mail for that user | recipient not allowed | recipient rejected | not a user | not in directory |
    unbekannter empfänger | empfänger unbekannt | empfänger ist unbekannt | adresse unbekannt | utilisateur inconnu |
    destinataire inconnu | adresse inconnue | usuario desconocido | usuario no existe | destinatario desconocido |
    no existe | usuário desconhecido | não existe | utente sconosciuto | destinatario inesistente |
    onbekende gebruiker | bestaat niet | okänd mottagare | nieznany użytkownik | nie istnieje | neznámý |
    пользователь не найден | не существует |
    нет такого пользователя | 不存在 | 用户不存在 | 找不到收件人 | 無此使用者 | 宛先不明 |
    ユーザーが見つかりません | 존재하지 않는 | tidak ditemukan | tidak dikenal | không tồn tại | ไม่พบ |
    non-existent account | nonexistent account | non-existent user | archived recipient | user unknown |
    unknown user | no such user | user not found | does not exist | doesn't exist | recipient not found |
    recipientnotfound | invalid recipient | unknown recipient | recipient unknown | no mailbox | address rejected |
    unknown local part | not a valid | no such recipient | mailbox not found | unknown address |
    unrouteable address | address unknown | addressee unknown | invalid mailbox | account not found |
    no such address | no such person | no such mailbox | mailbox unavailable | user doesn't have | no account |
    not a known user | not listed in | address not found | unable to find recipient | wasn't found at |
    couldn't be found | is not a valid mailbox | user invalid | invalid user | bad destination mailbox |
    recipient no longer | no longer valid | undeliverable address | not found by smtp address |
    destinataire invalide | unknown or illegal | unknown account | unknown mailbox | no valid recipient |
    name is not recognized | no one at this address | nessun utente | > not found | badrcptto | badrecipientto |
    validrcptto | account unavailable | rejected recipients | recipients was undeliverable |
    recipient has been denied | that domain or user isn't | not email addresses | in name directory
filtered: rejected by a remote mail server
systemerror: resolver.adr.ambiguous | resolver.adr.badprimary | resolver.adr.invalidinsmtp | contact ldap |
    homedir creator | bad interpreter
networkerror: message expired, dns | message expired, connection refused | establish an smtp connection
expired: could not be delivered for | delivered for too long | retry timeout exceeded | hosts have been failing |
    timed out | time out | timeout | in the queue too long | delivery time expired | expired | retry time not |
    have been failing for a long time | has not yet been delivered | unable to deliver in | gateway for |
    not been collected | did not respond | allowed queue period | did not accept our requests to connect
systemerror: loops back to myself | create a mail loop
networkerror: no route to host | could not connect | dns records for | forwarding loop | loop count |
    message looping | resolve route | network error | malformed name server | connection refused | lost connection |
    network is unreachable | name service error | too many hops | hop count | mail loop | loops back | routing loop |
    handshake | connection reset | connection dropped | unreachable | couldn't connect | cannot connect |
    dns query failed | dns error | host not found | name server | connection closed | tls
mailererror: mailer error | x-unix; | bin/maildrop | command failed | command output | pipe to | procmail |
    command died | exec / | vdelivermail:
systemerror: could not load | upstream error | ldap server | loop broken | interrupted system call |
    while being processed | queue file write | no mdb | misconfigured | configuration error |
    service currently unavailable | create user output file | system error | local error | internal error |
    system resources | temporary failure | i/o error | config error | local configuration error |
    insufficient system | system failure | server error | temporarily unavailable | service not available |
    local problem | system not accepting | read-only file system | can't create output
syntaxerror: improper sequence | parameter not implemented | bad sequence | malformed address | syntax error |
    command not implemented | not recognized | must issue | need rcpt
"""
)

_MAILBOX = (
    r"\b(?:users?|recipients?|rcpt|mail ?box|accounts?|alias|email name"
    r"|(?<!ip )(?<!ip-)(?<!your )(?<!ing )address(?:es|ee)?)\b"
)
# Whatever is said of these is not said of the mailbox
_OTHERS = "server|host|certificate|command|send|policy|reject|contain|agent|password|file|signature|content|argument"
_BETWEEN = rf"(?:(?!{_OTHERS})[^;]){{0,45}}?"
_GONE = (
    rf"\bunknown(?! (?:{_OTHERS}))|\binvalid(?! (?:{_OTHERS}))|\bunavailable"
    r"|\bnot (?:be )?(?:found|exist|known|local|present|valid|active|ok\b|here\b)"
    r"|n't exist|\bmissing home|\b(?:closed|deleted|removed|terminated)"
    r"|\bno longer (?:valid|accepts|exists|active|available|in use)"
)
_NOT_ONE = (
    r"\b(?:unknown|invalid|illegal|bad|no such|not (?:a|an) (?:valid|known|local|active)|non-?existent|non existent)"
)
_SENDER = r"\b(?:sender|return.path|mail from|from header|envelope)(?:'s)?"
# What a sentence comes to that has no phrase of the table: words that stand together or not far from each other
PATTERNS = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        ("rejected", rf"{_SENDER}\b{_BETWEEN}(?:unknown|invalid|not |denied|refused|must )|{_NOT_ONE} {_SENDER}"),
        ("userunknown", rf"{_MAILBOX}{_BETWEEN}(?:{_GONE})|\brecipient (?:is )?not accepted"),
        (
            "userunknown",
            rf"(?:{_NOT_ONE}|\bcan't accept|\bfind)[ _-](?:(?:e-?mail|local|mail) )?{_MAILBOX}(?! (?:{_OTHERS}))",
        ),
        ("userunknown", r"\bunknown local[ -]part|\bno (?:e-?mail |mail )?(?:account|box|mailbox)\b"),
        ("userunknown", r"\bno longer (?:employed|works?)\b|\bformer employee|\bleft the company"),
        ("suspend", rf"{_MAILBOX}{_BETWEEN}(?:disabled|deactivat|deaktiv|suspended|locked|inactive|not available)"),
        ("toomanyconn", r"\btoo many\b|\brate (?:is )?(?:too high|exceeded)|\bthe rate\b|\bconcurrency"),
        ("mailboxfull", r"\b(?:user|recipient|mailbox|account) has exceeded|\bzu ?viele mails"),
        (
            "mesgtoobig",
            r"\b(?:attachment|mail|message|data)s? (?:is |are )?(?:too (?:large|big)|larger than)|\btoo much data",
        ),
        ("policyviolation", r"\battachments?\b|\bpassword.protected|\brefused by organi[sz]ation"),
        ("systemerror", r"\bbusy\b|\b(?:system|much|over) ?load|\btemporarily suspended"),
        ("authfailure", r"\bdomainkeys|\bspf\b|\bdkim\b|\bsender.?id\b"),
        (
            "blocked",
            r"\bdynamic.ip|\bdial.?up|\bips blocked|\blisted (?:by|on|at)\b|\bsending ip|\blocation|\bgeogra|\bcountry",
        ),
        ("networkerror", r"\bcan't connect|\bcertificate|\bssl\b|\bconnection aborted"),
        ("contenterror", r"\binvalid mime|\bbad header|\bline too long|\bnul char|\b8bitmime"),
    )
)
