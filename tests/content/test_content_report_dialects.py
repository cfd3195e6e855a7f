"""What servers say in their bounces, and the forms in which they say it: own samples of each server's manner."""

from __future__ import annotations

import pytest

from mailkit.content import kind_of, report_of
from mailkit.content.reasons import reason_for
from mailkit.message import parse

ORIGINAL = """From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200
"""


def dsn(fields: str, original: str = ORIGINAL, subject: str = "Undelivered Mail Returned to Sender") -> bytes:
    returned = f"--b1\nContent-Type: text/rfc822-headers\n\n{original}\n" if original else ""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>
To: app@acme.example
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.b.example

{fields}
{returned}--b1--
""".encode()


# server and case: (status, what the server said, reason, hard)
SAID = {
    "gmail nouser": (
        "5.1.1",
        (
            "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 "
            "double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. For "
            "more information, go to 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser a1-2 - gsmtp"
        ),
        "userunknown",
        True,
    ),
    "gmail disabled": (
        "5.2.1",
        (
            "smtp; 550-5.2.1 The email account that you tried to reach is inactive. For more 550-5.2.1 "
            "information, go to 550 5.2.1 https://support.google.com/mail/?p=DisabledUser a1 - gsmtp"
        ),
        "suspend",
        False,
    ),
    "gmail quota": (
        "5.2.2",
        (
            "smtp; 552-5.2.2 The recipient's inbox is out of storage space and inactive. Please direct the "
            "recipient to https://support.google.com/mail/?p=OverQuotaPerm"
        ),
        "mailboxfull",
        False,
    ),
    "gmail overquota temp": (
        "4.2.2",
        (
            "smtp; 452-4.2.2 The email account that you tried to reach is over quota. Please direct the "
            "recipient to 452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp"
        ),
        "mailboxfull",
        False,
    ),
    "gmail 7.26": (
        "5.7.26",
        (
            "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated. 550-5.7.26 "
            "Gmail requires all senders to authenticate with either SPF or DKIM."
        ),
        "authfailure",
        False,
    ),
    "gmail 7.1 spam": (
        "5.7.1",
        (
            "smtp; 550-5.7.1 [192.0.2.1      12] Our system has detected that this message is likely "
            "unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked."
        ),
        "spamdetected",
        False,
    ),
    "gmail rate": (
        "4.7.28",
        (
            "smtp; 421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your "
            "IP address. To protect our users from spam, mail sent from your IP address has been "
            "temporarily rate limited."
        ),
        "toomanyconn",
        False,
    ),
    "gmail size": (
        "5.3.4",
        (
            "smtp; 552-5.3.4 Your message exceeded Google's message size limits. For more information, "
            "visit 552 5.3.4 https://support.google.com/mail/?p=MaxSizeError"
        ),
        "mesgtoobig",
        False,
    ),
    "gmail attach": (
        "5.7.0",
        (
            "smtp; 552-5.7.0 This message was blocked because its content presents a potential 552-5.7.0 "
            "security issue. Please visit 552-5.7.0 https://support.google.com/mail/?p=BlockedMessage to "
            "review our message content and attachment content guidelines."
        ),
        "policyviolation",
        False,
    ),
    "gmail ptr": (
        "5.7.25",
        ("smtp; 550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup"),
        "requireptr",
        False,
    ),
    "gmail domain": (
        "5.4.4",
        ("dns; Host or domain name not found. Name service error for name=gmial.example type=MX: Host not found"),
        "hostunknown",
        True,
    ),
    "m365 nouser": (
        "5.1.10",
        ("smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bo@b.example not found by SMTP address lookup"),
        "userunknown",
        True,
    ),
    "m365 access denied": (
        "5.4.1",
        "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR.outlook.com]",
        "userunknown",
        True,
    ),
    "m365 7.1 restricted": (
        "5.7.133",
        (
            "smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; "
            "Delivery restriction check failed because the sender was not authenticated when sending to "
            "this group"
        ),
        "policyviolation",
        False,
    ),
    "m365 quota": (
        "5.2.2",
        "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
        "mailboxfull",
        False,
    ),
    "m365 loop": ("5.4.14", "smtp;554 5.4.14 Hop count exceeded - possible mail loop ATTR34", "networkerror", False),
    "m365 spam": (
        "5.7.350",
        "smtp;550 5.7.350 Remote server returned message detected as spam -> 554 5.7.1 Blocked",
        "spamdetected",
        False,
    ),
    "m365 ip": (
        "5.7.511",
        ("smtp;550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please visit"),
        "blocked",
        False,
    ),
    "m365 606": (
        "5.7.606",
        ("smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list"),
        "blocked",
        False,
    ),
    "m365 dmarc": (
        "5.7.509",
        (
            "smtp;550 5.7.509 Access denied, sending domain ACME.EXAMPLE does not pass DMARC verification "
            "and has a DMARC policy of reject."
        ),
        "authfailure",
        False,
    ),
    "m365 515": (
        "5.7.515",
        (
            "smtp;550 5.7.515 Access denied, sending domain acme.example does not meet the required "
            "authentication level."
        ),
        "authfailure",
        False,
    ),
    "m365 size": ("5.3.4", "smtp;552 5.3.4 Message size exceeds fixed maximum message size", "mesgtoobig", False),
    "outlook.com nouser": (
        "5.5.0",
        "smtp;550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
        "userunknown",
        True,
    ),
    "outlook.com block": (
        "5.7.1",
        (
            "smtp;550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your "
            "Internet service provider since part of their network is on our block list (S3150)."
        ),
        "blocked",
        False,
    ),
    "m365 domain": ("5.1.2", "smtp;550 5.1.2 RESOLVER.ADR.RecipientDomainNotFound", "hostunknown", True),
    "m365 4.316": (
        "4.4.316",
        "smtp;550 4.4.316 Connection refused [Message=Socket error code 10061]",
        "networkerror",
        False,
    ),
    "m365 expired": ("4.4.7", "smtp;550 4.4.7 QUEUE.Expired; message expired", "expired", False),
    "m365 dns": ("5.4.4", "smtp;554 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain", "hostunknown", True),
    "yahoo nouser": (
        "5.0.0",
        (
            "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account (bo@b.example) [0] - "
            "mta1.mail.yahoo.com"
        ),
        "userunknown",
        True,
    ),
    "yahoo nouser2": (
        "5.0.0",
        "smtp; 554 delivery error: dd Requested mail action aborted, mailbox not found",
        "userunknown",
        True,
    ),
    "yahoo disabled": (
        "5.0.0",
        (
            "smtp; 554 delivery error: dd Sorry, your message to bo@b.example cannot be delivered. This "
            "mailbox is disabled (554.30)."
        ),
        "suspend",
        False,
    ),
    "yahoo full": ("5.2.2", "smtp; 552 1 Requested mail action aborted, mailbox full (#5.2.2)", "mailboxfull", False),
    "yahoo TS": (
        "4.7.0",
        (
            "smtp; 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume "
            "or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes"
        ),
        "rejected",
        False,
    ),
    "yahoo dmarc": (
        "5.7.9",
        ("smtp; 554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes"),
        "policyviolation",
        False,
    ),
    "postfix greylist": (
        "4.2.0",
        (
            "smtp; 450 4.2.0 <bo@b.example>: Recipient address rejected: Greylisted, see "
            "http://postgrey.schweikert.ch/help/b.example.html"
        ),
        "greylisted",
        False,
    ),
    "postfix relay": ("5.7.1", "smtp; 554 5.7.1 <bo@b.example>: Relay access denied", "norelaying", False),
    "postfix helo": (
        "5.5.2",
        "smtp; 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "blocked",
        False,
    ),
    "postfix rbl": (
        "5.7.1",
        (
            "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; "
            "https://www.spamhaus.org/query/ip/192.0.2.1"
        ),
        "blocked",
        False,
    ),
    "postfix timeout": (
        "4.4.1",
        "X-Postfix; connect to mx.b.example[192.0.2.9]:25: Connection timed out",
        "expired",
        False,
    ),
    "postfix refused": (
        "4.4.1",
        "X-Postfix; connect to mx.b.example[192.0.2.9]:25: Connection refused",
        "networkerror",
        False,
    ),
    "postfix unverified": (
        "5.1.1",
        ("smtp; 550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown in virtual mailbox table"),
        "userunknown",
        True,
    ),
    "postfix undeliv": (
        "5.1.1",
        (
            "smtp; 550 5.1.1 <bo@b.example>: Recipient address rejected: undeliverable address: host mx "
            "said: 550 No such user here"
        ),
        "userunknown",
        True,
    ),
    "postfix tls": (
        "4.7.4",
        "X-Postfix; TLS is required, but was not offered by host mx.b.example[192.0.2.9]",
        "networkerror",
        False,
    ),
    "postfix nullmx": ("5.1.0", "X-Postfix; Domain b.example does not accept mail (nullMX)", "notaccept", True),
    "postfix size": (
        "5.3.4",
        "X-Postfix; message size 30000000 exceeds size limit 20971520 of server mx.b.example",
        "mesgtoobig",
        False,
    ),
    "postfix virus": ("5.7.1", "smtp; 554 5.7.1 Virus Eicar-Test-Signature found", "virusdetected", False),
    "spf": ("5.7.1", "smtp; 550 5.7.1 SPF check failed for acme.example", "authfailure", False),
    "mail.ru spam": (
        "5.0.0",
        (
            "smtp; 550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=abc or "
            "report details to abuse@corp.mail.ru. Error code: abc"
        ),
        "spamdetected",
        False,
    ),
    "mail.ru nouser": (
        "5.0.0",
        (
            "smtp; 550 Message was not accepted -- invalid mailbox.  Local mailbox bo@b.example is "
            "unavailable: user not found"
        ),
        "userunknown",
        True,
    ),
    "mail.ru full": (
        "5.0.0",
        (
            "smtp; 550 Message was not accepted -- invalid mailbox. Local mailbox bo@b.example is "
            "unavailable: account is disabled"
        ),
        "suspend",
        False,
    ),
    "yandex nouser": ("5.7.1", "smtp; 550 5.7.1 No such user!", "userunknown", True),
    "yandex spam": (
        "5.7.1",
        "smtp; 554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc",
        "spamdetected",
        False,
    ),
    "yandex full": ("5.2.2", "smtp; 552 5.2.2 Mailbox size limit exceeded", "mailboxfull", False),
    "gmx nouser": (
        "5.0.0",
        (
            "smtp; 550 Requested action not taken: mailbox unavailable For explanation visit "
            "https://postmaster.gmx.net/en/error-messages?ip=192.0.2.1&c=hi"
        ),
        "userunknown",
        True,
    ),
    "gmx reput": (
        "5.0.0",
        (
            "smtp; 554 Transaction failed Reject due to policy restrictions. For explanation visit "
            "https://postmaster.gmx.net/en/case?c=r0103"
        ),
        "policyviolation",
        False,
    ),
    "gmx ptr": (
        "5.0.0",
        (
            "smtp; 554-No SMTP service 554-Bad DNS PTR resource record. 554 For explanation visit "
            "https://postmaster.gmx.net/case?c=r0301"
        ),
        "requireptr",
        False,
    ),
    "webde full": (
        "5.2.2",
        (
            "smtp; 552 Requested mail action aborted: exceeded storage allocation Quota exceeded. The "
            "recipient's mailbox is over its quota limit."
        ),
        "mailboxfull",
        False,
    ),
    "tonline nouser": ("5.1.1", "smtp; 550 user unknown", "userunknown", True),
    "tonline ip": (
        "5.0.0",
        (
            "smtp; 554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact "
            "tosa@rx.t-online.de to clarify.)"
        ),
        "blocked",
        False,
    ),
    "orange ofr": (
        "5.1.1",
        ("smtp; 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]"),
        "userunknown",
        True,
    ),
    "orange 506": ("5.7.1", "smtp; 550 5.7.1 Mail rejete. Mail rejected. OFR_506 [506]", "rejected", False),
    "orange quota": (
        "5.1.1",
        "smtp; 552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]",
        "mailboxfull",
        False,
    ),
    "laposte": (
        "5.5.0",
        "smtp; 550 5.5.0 Boite du destinataire archivee. Archived recipient. LPN007_421",
        "userunknown",
        True,
    ),
    "free": ("5.7.1", "smtp; 550 5.7.1 spam detected (spamfilter)", "spamdetected", False),
    "sfr": ("5.1.1", "smtp; 550 5.1.1 user unknown", "userunknown", True),
    "libero": ("5.1.1", "smtp; 550 RCPT TO:<bo@b.example> User unknown", "userunknown", True),
    "libero ip": (
        "5.0.0",
        (
            "smtp; 550 smtp-16.iol.local smtp-16.iol.local IP blacklisted by CSI. For remove "
            "[smtp-16.iol.local; LIB_102]"
        ),
        "blocked",
        False,
    ),
    "naver": ("5.1.1", "smtp; 550 5.1.1 No such user q1-1 - nsmtp", "userunknown", True),
    "naver full": ("5.2.2", "smtp; 552 5.2.2 Mailbox full - nsmtp", "mailboxfull", False),
    "qq nouser": (
        "5.1.1",
        ("smtp; 550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000728"),
        "userunknown",
        True,
    ),
    "qq unavail": (
        "5.0.0",
        "smtp; 550 The recipient may contain a non-existent account, please check the recipient address.",
        "userunknown",
        True,
    ),
    "qq suspend": ("5.0.0", "smtp; 550 Mailbox unavailable or access denied [hash IP: 192.0.2.1]", "userunknown", True),
    "qq freq": ("5.0.0", "smtp; 550 Connection frequency limited", "toomanyconn", False),
    "qq spam": (
        "5.0.0",
        ("smtp; 550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726"),
        "spamdetected",
        False,
    ),
    "qq ip freq": ("5.0.0", "smtp; 550 Ip frequency limited.", "toomanyconn", False),
    "163 nouser": ("5.1.1", "smtp; 550 User not found: bo@b.example", "userunknown", True),
    "163 spam": (
        "5.0.0",
        (
            "smtp; 554 DT:SPM 163 mx1,abc--. please see "
            "http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1&hostid=mx1&time=1"
        ),
        "spamdetected",
        False,
    ),
    "163 full": ("5.2.2", "smtp; 552 Quota exceeded or service disabled.", "mailboxfull", False),
    "163 mi:spb": ("5.0.0", "smtp; 553 MI:SPB 163 mx5", "onhold", None),
    "aol": ("5.1.1", "smtp; 550 5.1.1 <bo@b.example>: Recipient address rejected: aol.com", "userunknown", True),
    "comcast": ("5.1.1", "smtp; 550 5.1.1 Not our Customer", "hasmoved", True),
    "comcast bl": (
        "5.0.0",
        (
            "smtp; 554 resimta-po-01v.sys.comcast.net comcast 192.0.2.1 Comcast block for spam.  Please see "
            "http://postmaster.comcast.net/smtp-error-codes.php#BL000000"
        ),
        "spamdetected",
        False,
    ),
    "icloud full": (
        "5.2.2",
        "smtp; 552 5.2.2 <bo@b.example>: user is over quota (in reply to RCPT TO command)",
        "mailboxfull",
        False,
    ),
    "icloud nouser": ("5.1.1", "smtp; 550 5.1.1 <bo@b.example>: user does not exist", "userunknown", True),
    "icloud policy": (
        "5.7.1",
        (
            "smtp; 550 5.7.1 [CS01] Message rejected due to local policy. Please visit "
            "https://support.apple.com/en-us/HT204137"
        ),
        "policyviolation",
        False,
    ),
    "mimecast": (
        "5.0.0",
        (
            "smtp; 550 Administrative prohibition - envelope blocked - "
            "https://community.mimecast.com/docs/DOC-1369#550 [abc.uk1]"
        ),
        "policyviolation",
        False,
    ),
    "mimecast rcpt": (
        "5.0.0",
        "smtp; 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc]",
        "userunknown",
        True,
    ),
    "mimecast grey": (
        "4.0.0",
        (
            "smtp; 451 Internal resources are temporarily unavailable - "
            "https://community.mimecast.com/docs/DOC-1369#451 [abc]"
        ),
        "systemerror",
        False,
    ),
    "mimecast attach": (
        "5.0.0",
        ("smtp; 554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554 [abc]"),
        "policyviolation",
        False,
    ),
    "proofpoint": (
        "5.7.1",
        ("smtp; 550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Proofpoint Dynamic Reputation"),
        "badreputation",
        False,
    ),
    "proofpoint 554": (
        "5.0.0",
        "smtp; 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1",
        "blocked",
        False,
    ),
    "barracuda rcpt": (
        "5.0.0",
        "smtp; 550 permanent failure for one or more recipients (bo@b.example:550 5.1.1 User unknown)",
        "userunknown",
        True,
    ),
    "barracuda content": ("5.0.0", "smtp; 554 rejected due to content content", "spamdetected", False),
    "ironport": (
        "5.0.0",
        (
            "smtp; 554-mx.b.example 554 Your access to this mail system has been rejected due to the "
            "sending MTA's poor reputation."
        ),
        "badreputation",
        False,
    ),
    "ironport550": ("5.1.0", "smtp; 550 #5.1.0 Address rejected.", "userunknown", True),
    "sophos": ("5.7.1", "smtp; 550 5.7.1 Message rejected due to content restrictions", "spamdetected", False),
    "messagelabs": (
        "5.7.1",
        (
            "smtp; 553-Message filtered. Refer to the Troubleshooting page at "
            "553-http://www.symanteccloud.com/troubleshooting for more 553 information. (#5.7.1)"
        ),
        "rejected",
        False,
    ),
    "ses suppress": (
        "4.4.7",
        (
            "smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup "
            "DNS for b.example>"
        ),
        "expired",
        False,
    ),
    "ses bounce list": (
        "5.1.1",
        (
            "Amazon SES has suppressed sending to this address because it has a recent history of bouncing "
            "as an invalid address."
        ),
        "userunknown",
        True,
    ),
    "kerio": ("5.1.1", "smtp; 550 5.1.1 User unknown or not available", "userunknown", True),
    "mdaemon": ("5.1.1", "smtp; 550 5.1.1 <bo@b.example>, Recipient unknown", "userunknown", True),
    "mdaemon2": ("5.0.0", "smtp; 552 Message size exceeds maximum permitted", "mesgtoobig", False),
    "hmail": ("5.0.0", "smtp; 550 Unknown user", "userunknown", True),
    "domino": ("5.1.1", "smtp; 550 5.1.1 bo@b.example... No such user", "userunknown", True),
    "domino rej": ("5.7.1", "smtp; 554 5.7.1 Rejected for policy reasons.", "policyviolation", False),
    "zimbra full": ("4.2.2", "smtp; 452 4.2.2 Over quota", "mailboxfull", False),
    "lmtp dovecot": (
        "5.2.2",
        "smtp; 552 5.2.2 <bo@b.example> Quota exceeded (mailbox for user is full)",
        "mailboxfull",
        False,
    ),
    "dovecot nouser": ("5.1.1", "smtp; 550 5.1.1 <bo@b.example> User doesn't exist: bo@b.example", "userunknown", True),
    "cyrus": (
        "5.1.1",
        (
            "smtp; 550-Mailbox unknown.  Either there is no mailbox associated with this 550-name or you do "
            "not have authorization to see it. 550 5.1.1 User unknown"
        ),
        "userunknown",
        True,
    ),
    "exim nouser": ("5.0.0", "smtp; 550 No Such User Here", "userunknown", True),
    "cpanel": ("5.0.0", 'smtp; 550 No Such User Here"', "userunknown", True),
    "cpanel quota": (
        "5.0.0",
        "smtp; 552 The recipient's mailbox is full. Mailbox quota exceeded",
        "mailboxfull",
        False,
    ),
    "exim verify": ("5.0.0", "smtp; 550 Sender verify failed", "rejected", False),
    "exim unroute": ("5.0.0", "smtp; 550 Unrouteable address", "userunknown", True),
    "no text 5.2.2": ("5.2.2", "", "mailboxfull", False),
    "no text 5.1.1": ("5.1.1", "", "userunknown", True),
    "no text 5.1.2": ("5.1.2", "", "hostunknown", True),
    "no text 5.4.4": ("5.4.4", "", "hostunknown", True),
    "no text 5.3.4": ("5.3.4", "", "mesgtoobig", False),
    "no text 5.7.1": ("5.7.1", "", "rejected", False),
    "no text 5.7.26": ("5.7.26", "", "authfailure", False),
    "no text 4.4.1": ("4.4.1", "", "expired", False),
    "no text 4.7.1 delayed": ("4.7.1", "", "expired", False),
    "no text 5.1.6": ("5.1.6", "", "hasmoved", True),
    "no text 5.2.1": ("5.2.1", "", "suspend", False),
    "no text 5.1.10": ("5.1.10", "", "userunknown", True),
    "no text 5.4.14": ("5.4.14", "", "networkerror", False),
    "no text 5.6.0": ("5.6.0", "", "contenterror", False),
    "de unbekannt": ("5.1.1", "smtp; 550 5.1.1 Empfänger unbekannt", "userunknown", True),
    "de voll": ("5.0.0", "smtp; 552 Postfach ist voll", "mailboxfull", False),
    "zh full": ("5.0.0", "smtp; 552 用户邮箱已满", "mailboxfull", False),
    "zh nouser": ("5.0.0", "smtp; 550 收件人不存在", "userunknown", True),
    "greylist words": ("4.7.1", "smtp; 451 4.7.1 Greylisting in action, please come back later", "greylisted", False),
    "try later": ("4.3.2", "smtp; 421 4.3.2 Service not available, try again later", "systemerror", False),
    "failed 4xx final": ("4.3.0", "smtp; 451 4.3.0 Temporary lookup failure", "systemerror", False),
}

# program: (mail, {address: (action, reason)}, the original's Message-ID)
NOTICES = {
    "tonline": (
        """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mailout.t-online.example>
To: app@acme.example
Subject: Undeliverable: Offer 5
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <bo@b.example> ... unknown user
|------------------------- Message header follows: ----------------------|
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "barracuda": (
        """Return-Path: <>
From: postmaster@b.example
To: app@acme.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This is the mail delivery agent at messagelabs.com.
I was unable to deliver your message to the following addresses.

bo@b.example

Reason: 550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown

The message subject was: Offer 5
The message date was: Mon, 3 Jun 2024 12:53:00 +0200
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "groupwise": (
        """Return-Path: <>
From: Mailer-Daemon@b.example
To: app@acme.example
Subject: Message status - undeliverable
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

The message that you sent was undeliverable to the following:
\tbo@b.example (user not found)

Possibly truncated original message follows:

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "notes5": (
        """Return-Path: <>
From: postmaster@b.example
To: app@acme.example
Subject: Undeliverable message
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

------- Failure Reasons  --------

User not listed in public Name & Address Book
bo@b.example

------- Returned Message --------
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "notes ja": (
        """Return-Path: <>
From: postmaster@b.example
To: app@acme.example
Subject: Undeliverable message
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

------- Failure Reasons  --------

ディレクトリのリストにありません
bo@b.example

------- Returned Message --------
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "onhold")},
        "o1@acme.example",
    ),
    "imail": (
        """From: "Postmaster" <postmaster@b.example>
To: app@acme.example
Subject: Undeliverable Mail
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Invalid final delivery userid: bo@b.example


Original message follows.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "imail full": (
        """From: "Postmaster" <postmaster@b.example>
To: app@acme.example
Subject: Undeliverable Mail
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

User mailbox exceeds allowed size: bo@b.example


Original message follows.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "mailboxfull")},
        "o1@acme.example",
    ),
    "imail unknown": (
        """From: "Postmaster" <postmaster@b.example>
To: app@acme.example
Subject: Undeliverable Mail
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Unknown user: bo@b.example

Original message follows.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "mailmarshal": (
        """From: postmaster@b.example
To: app@acme.example
Subject: Undeliverable Mail: "Offer 5"
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Your message:
   From:    app@acme.example
   Subject: Offer 5

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    bo@b.example



Additional Information
======================
Original Sender:    <app@acme.example>
Sender-MTA:         <10.11.12.13>
Remote-MTA:         <10.0.0.1>
Reporting-MTA:      <relay.acme.example>
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "exchange55": (
        """Return-Path: <>
From: System Administrator <postmaster@b.example>
To: app@acme.example
Subject: Undeliverable: Offer 5
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Your message did not reach some or all of the intended recipients.

      To:\tapp@acme.example
      Subject:\tOffer 5
      Sent:\t4/29/01 11:34:45 PM

The following recipient(s) could not be reached:

      bo@b.example on 4/29/01 11:34:45 PM
            Recipient Not Found
            MSEXCH:IMC:NEKO:KIJITORA:CAT
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "exchange2000": (
        """Return-Path: <>
From: System Administrator <postmaster@b.example>
To: app@acme.example
Subject: Undeliverable: Offer 5
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Your message

  To:      bo@b.example
  Subject: Offer 5
  Sent:    Mon, 3 Jun 2024 12:53:00 +0200

did not reach the following recipient(s):

bo@b.example on Mon, 3 Jun 2024 12:53:05 +0200
    The recipient name is not recognized
\tThe MTS-ID of the original message is: c=us;a= ;p=b;l=X0106031253ABC
    MSEXCH:IMS:B:SITE:X 0 (000C05A6) Unknown Recipient
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "pmdf": (
        """Return-Path: <>
From: PMDF e-Mail Interconnect <MAILER-DAEMON@b.example>
To: app@acme.example
Subject: Delivery Notification: Delivery has failed
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This report relates to a message you sent with the following header fields:

  Message-id: <o1@acme.example>
  Date: Mon, 3 Jun 2024 12:53:00 +0200
  From: app@acme.example
  To: bo@b.example, cy@b.example
  Subject: Offer 5

Your message cannot be delivered to the following recipients:

  Recipient address: bo@b.example
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp; 550 5.1.1 User Unknown: bo@b.example
  Remote system: dns; mx.b.example (TCP|192.0.2.225|34321|192.0.2.12|25)
  Recipient address: cy@b.example
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp; 552 5.2.2 Over quota
  Remote system: dns; mx.b.example

""",
        {"bo@b.example": ("failed", "userunknown"), "cy@b.example": ("failed", "mailboxfull")},
        "o1@acme.example",
    ),
    "qmail": (
        """Return-Path: <>
From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: failure notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at b.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@b.example>:
192.0.2.9 does not like recipient.
Remote host said: 550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown
Giving up on 192.0.2.9.

--- Below this line is a copy of the message.

Return-Path: <app@acme.example>
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "qmail vpopmail": (
        """Return-Path: <>
From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: failure notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at b.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@b.example>:
Sorry, no mailbox here by that name. vpopmail (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <app@acme.example>
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "qmail quota": (
        """Return-Path: <>
From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: failure notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at b.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@b.example>:
user does not have enough quota space / The user's mailbox is over quota (#5.2.2)

--- Below this line is a copy of the message.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "mailboxfull")},
        "o1@acme.example",
    ),
    "qmail host": (
        """Return-Path: <>
From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: failure notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at b.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@b.example>:
Sorry, I couldn't find any host named b.example. (#5.1.2)

--- Below this line is a copy of the message.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "hostunknown")},
        "o1@acme.example",
    ),
    "qmail two": (
        """Return-Path: <>
From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: failure notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at b.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bo@b.example>:
Sorry, no mailbox here by that name. (#5.1.1)

<cy@c.example>:
Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
I'm not going to try again; this message has been in the queue too long.

--- Below this line is a copy of the message.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown"), "cy@c.example": ("failed", "expired")},
        "o1@acme.example",
    ),
    "yahoo": (
        """Return-Path: <>
From: MAILER-DAEMON@yahoo.example
To: app@acme.example
Subject: Failure Notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Sorry, we were unable to deliver your message to the following address.

<bo@b.example>:
550: 5.1.1 <bo@b.example>: Recipient address rejected: User unknown

--- Below this line is a copy of the message.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "yahoo new": (
        """Return-Path: <>
From: MAILER-DAEMON@yahoo.example
To: app@acme.example
Subject: Failure Notice
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Sorry, we were unable to deliver your message to the following address.

<bo@b.example>:
Unable to deliver message after multiple retries, giving up.

""",
        {"bo@b.example": ("failed", "onhold")},
        None,
    ),
    "exim": (
        """Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.b.example>
To: app@acme.example
Subject: Mail delivery failed: returning message to sender
Message-ID: <n1@b.example>
X-Failed-Recipients: bo@b.example
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bo@b.example
    host mx.b.example [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<bo@b.example>:
    550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown

------ This is a copy of the message, including all the headers. ------

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exim noheader": (
        """Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.b.example>
To: app@acme.example
Subject: Mail delivery failed: returning message to sender
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bo@b.example
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exim quota": (
        """Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.b.example>
To: app@acme.example
Subject: Mail delivery failed: returning message to sender
Message-ID: <n1@b.example>
X-Failed-Recipients: bo@b.example
Content-Type: text/plain; charset=utf-8

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bo@b.example
    (generated from info@b.example)
    mailbox is full: retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "mailboxfull")},
        "o1@acme.example",
    ),
    "exim delay": (
        """Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.b.example>
To: app@acme.example
Subject: Warning: message 1abc delayed 24 hours
Message-ID: <n1@b.example>
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.b.example.

The message identifier is:     1abc-000-00
The subject of the message is: Offer 5
The date of the message is:    Mon, 3 Jun 2024 12:53:00 +0200

The address to which the message has not yet been delivered is:

  bo@b.example
    host mx.b.example [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<bo@b.example>:
    450 4.2.0 <bo@b.example>: Recipient address rejected: Greylisted

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered. Eventually the mail delivery software will give up,
and when that happens, the message will be returned to you.
""",
        {"bo@b.example": ("delayed", "greylisted")},
        None,
    ),
    "sendmail old": (
        """Return-Path: <>
From: Mail Delivery Subsystem <MAILER-DAEMON@b.example>
To: app@acme.example
Subject: Returned mail: User unknown
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

The original message was received at Mon, 3 Jun 2024 12:53:00 +0200
from app [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<bo@b.example>

   ----- Transcript of session follows -----
... while talking to mx.b.example.:
>>> RCPT To:<bo@b.example>
<<< 550 5.1.1 <bo@b.example>... User unknown
550 5.1.1 <bo@b.example>... User unknown

   ----- Original message follows -----

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "sendmail warn": (
        """Return-Path: <>
From: Mail Delivery Subsystem <MAILER-DAEMON@b.example>
To: app@acme.example
Subject: Warning: could not send message for past 4 hours
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

The original message was received at Mon, 3 Jun 2024 12:53:00 +0200
from app [192.0.2.1]

   ----- The following addresses had transient non-fatal errors -----
<bo@b.example>

   ----- Transcript of session follows -----
451 4.4.1 reply: read error from mx.b.example.
<bo@b.example>... Deferred: Connection timed out with mx.b.example.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("delayed", "expired")},
        "o1@acme.example",
    ),
    "courier": (
        """Return-Path: <>
From: "Courier mail server at b.example" <@>
To: app@acme.example
Subject: NOTICE: mail delivery status.
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This is a delivery status notification from b.example,
running the Courier mail server, version 0.65.2.

The original message was received on Mon, 3 Jun 2024 12:53:00 +0200
from app.acme.example (app.acme.example [192.0.2.1])

---------------------------------------------------------------------------

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<bo@b.example>:
    mx.b.example [192.0.2.9]:
>>> RCPT TO:<bo@b.example>
<<< 550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown

---------------------------------------------------------------------------
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "zoho": (
        """Return-Path: <>
From: mailer-daemon@mail.zoho.example
To: app@acme.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.
 A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

bo@b.example Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <bo@b.example>... User Unknown

Received:from mail.zoho.example by mx.zoho.example
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "mail.ru": (
        """Return-Path: <>
From: mailer-daemon@corp.mail.example
To: app@acme.example
Subject: Mail failure.
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bo@b.example
    SMTP error from remote mail server after RCPT TO:<bo@b.example>:
    host mx.b.example [192.0.2.9]: 550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "1und1": (
        """Return-Path: <>
From: mailer-daemon@kundenserver.example
To: app@acme.example
Subject: Mail delivery failed: returning message to sender
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

"bo@b.example":
SMTP error from remote server for RCPT TO command, host: mx.b.example (192.0.2.9) reason: 550 5.1.1 User unknown

--- The header of the original message is following. ---

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "gmx": (
        """Return-Path: <>
From: GMX Mailer Daemon <mailer-daemon@gmx.example>
To: app@acme.example
Subject: Mail delivery failed: returning message to sender
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. The following addresses failed:

<bo@b.example>:

SMTP error from remote server after RCPT command:
host: mx.b.example
5.1.1 <bo@b.example>... User Unknown


--- The header of the original message is following. ---

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "mailenable": (
        """Return-Path: <>
From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: Message Delivery Failure
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Message Delivery Failure.

The following recipient(s) could not be reached:

Recipient: [SMTP:bo@b.example]
Reason: Remote mail server (mx.b.example) returned the following error: 550 5.1.1 User unknown


Message headers follow:
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "hmailserver": (
        """Return-Path: <>
From: mailer-daemon@b.example
To: app@acme.example
Subject: Message undeliverable: Offer 5
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

Your message did not reach some or all of the intended recipients.

   Sent: Mon, 3 Jun 2024 12:53:00 +0200
   Subject: Offer 5

The following recipient(s) could not be reached:

bo@b.example
   Error Type: SMTP
   Remote server (192.0.2.9) issued an error.
   hMailServer sent: RCPT TO:<bo@b.example>
   Remote server replied: 550 5.1.1 User unknown


hMailServer
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "opensmtpd": (
        """Return-Path: <>
From: Mailer Daemon <MAILER-DAEMON@b.example>
To: app@acme.example
Subject: Delivery status notification: error
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

bo@b.example: 550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown

    Below is a copy of the original message:

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "haraka": (
        """Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@b.example>
To: app@acme.example
Subject: Failed to deliver message
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

I'm sorry but I was unable to deliver the following message to the
intended recipient(s).

Intended Recipients: <bo@b.example>

Failure Reason: 550 5.1.1 User unknown

Original message follows.

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "qq zh": (
        """Return-Path: <>
From: PostMaster@qq.example
To: app@acme.example
Subject: =?utf-8?b?57O757uf6YCA5L+hL1N5c3RlbXMgYm91bmNl?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

尊敬的用户，您好！

很抱歉您发送的邮件被退回，以下是该邮件的相关信息：

被退回邮件
主题：Offer 5
时间：2024-06-03 12:53:00
无法发送到 bo@b.example
退信原因
收件人邮件地址（bo@b.example）不存在，邮件无法送达。
host mx3.qq.com[192.0.2.9] said: 550 Mailbox not found. http://mail.qq.com/help (in reply to RCPT TO command)
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "163 zh": (
        """Return-Path: <>
From: Postmaster@163.example
To: app@acme.example
Subject: =?utf-8?b?57O757uf6YCA5L+h?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8

抱歉，您的邮件被退回来了……
原邮件信息：
时 间：2024-06-03 12:53:00
主 题：Offer 5
收件人：bo@b.example

退信原因：
收件人不存在
英文说明:
SMTP error, RCPT TO: 550 User not found: bo@b.example
""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "m365 html": (
        """From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@acme.example>
To: app@acme.example
Subject: Undeliverable: Offer 5
In-Reply-To: <o1@acme.example>
References: <o1@acme.example>
Auto-Submitted: auto-replied
X-MS-Exchange-Message-Is-Ndr:
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><h1>Your message to bo@b.example couldn't be delivered.</h1>
<p>bo wasn't found at b.example.</p>
<table><tr><td>app</td>
<td>Office 365</td>
<td>bo</td>
</tr><tr><td>Action Required</td>
<td></td>
<td>Recipient</td>
</tr><tr><td>Unknown To address</td>
</tr></table>
<p>Original Message Details</p><table><tr><td>Created Date:</td>
<td>6/3/2024 10:53:00 AM</td>
</tr><tr><td>Sender Address:</td>
<td>app@acme.example</td>
</tr><tr><td>Recipient Address:</td>
<td>bo@b.example</td>
</tr><tr><td>Subject:</td>
<td>Offer 5</td>
</tr></table>
<p>Error Details</p><table><tr><td>Reported error:</td>
<td>550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bo@b.example not found by SMTP address lookup</td>
</tr></table>
</body></html>
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "m365 html de": (
        """From: Microsoft Outlook <postmaster@acme.example>
To: app@acme.example
Subject: Unzustellbar: Offer 5
In-Reply-To: <o1@acme.example>
MIME-Version: 1.0
X-MS-Exchange-Message-Is-Ndr:
Content-Type: text/html; charset=utf-8

<html><body><p>Ihre Nachricht an bo@b.example konnte nicht zugestellt werden.</p>
<p>bo wurde unter b.example nicht gefunden.</p>
<p>Gemeldeter Fehler: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient
 bo@b.example not found by SMTP address lookup</p>
</body></html>
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch fr": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?Tm9uIHJlbWlzIDogT2ZmZXIgNQ==?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Échec de la remise pour ces destinataires ou groupes :

bo@b.example
L'adresse de messagerie que vous avez entrée est introuvable.

550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch es": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?Tm8gc2UgcHVlZGUgZW50cmVnYXI6IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

No se pudo entregar el mensaje a estos destinatarios o grupos:

bo@b.example
No se encontró la dirección de correo electrónico.

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch pt": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?TsOjbyDDqSBwb3Nzw612ZWwgZW50cmVnYXI6IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Falha na entrega a estes destinatários ou grupos:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch it": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?SW1wb3NzaWJpbGUgcmVjYXBpdGFyZTogT2ZmZXIgNQ==?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Recapito non riuscito per i destinatari o i gruppi seguenti:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch nl": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?TmlldCB0ZSBiZXN0ZWxsZW46IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Het bericht kan niet worden bezorgd aan de volgende ontvangers of groepen:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch ru": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?0J3QtSDRg9C00LDQtdGC0YHRjyDQtNC+0YHRgtCw0LLQuNGC0Yw6IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Не удалось доставить сообщение следующим получателям или группам:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch ja": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?6YWN5L+h5LiN6IO9OiBPZmZlciA1?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

次の受信者またはグループに配信できませんでした:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch zh": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?5pyq6YCB6L6+OiBPZmZlciA1?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

无法向以下收件人或组传递邮件:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch zhtw": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?54Sh5rOV5YKz6YGeOiBPZmZlciA1?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

傳送至下列收件者或群組失敗:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch ko": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?67Cw64us65CY7KeAIOyViuydjDogT2ZmZXIgNQ==?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

다음 받는 사람 또는 그룹에게 배달하지 못했습니다.

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch pl": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?TmllZG9zdGFyY3pvbmU6IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Nie można dostarczyć wiadomości do następujących adresatów lub grup:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch tr": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?VGVzbGltIEVkaWxlbWVkaTogT2ZmZXIgNQ==?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Bu alıcılara veya gruplara teslim edilemedi:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch id": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?VGlkYWsgVGVya2lyaW06IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Pengiriman gagal ke penerima atau grup ini:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch sv": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?RGV0IGfDpXIgaW50ZSBhdHQgbGV2ZXJlcmE6IE9mZmVyIDU=?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Leverans till följande mottagare misslyckades:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch ar": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?2LrZitixINmC2KfYqNmEINmE2YTYqtiz2YTZitmFOiBPZmZlciA1?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

فشل التسليم إلى هؤلاء المستلمين:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "exch cs": (
        """Return-Path: <>
From: postmaster@acme.example
To: app@acme.example
Subject: =?utf-8?b?TmVkb3J1xI1pdGVsbsOpOiBPZmZlciA1?=
Message-ID: <n1@b.example>
Content-Type: text/plain; charset=utf-8
In-Reply-To: <o1@acme.example>
X-MS-Exchange-Message-Is-Ndr:

Doručení těmto příjemcům se nezdařilo:

bo@b.example

#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "openmail": (
        """Return-Path: <>
From: "Mail Deliver System" <MAILER-DAEMON>
To: app@acme.example
Subject: Returned Mail: User unknown
Content-Type: text/plain

The original message was received at Thu, 29 Apr 2011 23:34:45 +0900 (JST)
from app@acme.example

---The following addresses had delivery errors---

bo@b.example [User unknown]

""",
        {"bo@b.example": ("failed", "userunknown")},
        None,
    ),
    "ezweb": (
        """Return-Path: <MAILER-DAEMON>
From: <Postmaster@b.example>
To: <app@acme.example>
Subject: Mail System Error - Returned Mail
Content-Type: text/plain

<bo@b.example>

Each of the following recipients was rejected by a remote mail server.
---------------------------------------------------
Received: from mta (host [192.0.2.22])
        by x with SMTP id 12ABCD8
        for <bo@b.example>; Sun,  7 Sep 2008 21:40:11 +0900 (JST)
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "onhold")},
        "o1@acme.example",
    ),
    "ezweb2": (
        """Return-Path: <MAILER-DAEMON>
From: <Postmaster@b.example>
To: <app@acme.example>
Subject: Mail System Error - Returned Mail
Content-Type: text/plain

The user(s) account is disabled.

<bo@b.example>: 550 user unknown.

--

Received: from mta (host [192.0.2.22])
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "active hunter": (
        """From: "MAILER-DAEMON" <MAILER-DAEMON@b.example>
To: app@acme.example
Subject: FAILURE NOTICE : Offer
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

The original message was received at Thu, 29 Apr 2011 23:34:45 +0900
from acme.example

  ----- The following addresses had permanent fatal errors -----

>>> bo@b.example <bo@b.example>

  ----- Transcript of session follows -----
550 <bo@b.example>: Recipient address rejected: User unknown in local recipient table

--=_b1
Content-Type: message/rfc822

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
--=_b1--
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "vtext": (
        """From: post_master@vtext.example
To: app@acme.example
Subject: Re:Test message
In-Reply-To: <o1@acme.example>
Content-Type: text/plain

Error: Invalid user address

Error message below:
550 - Requested action not taken: no such user here

Message details:
  Subject: Test message
  Sent date: Wed Jun 12 02:21:53 GMT 2013
  MAIL FROM: app@acme.example
  RCPT TO: 000000000000@vtext.example
  From: app@acme.example
""",
        {"000000000000@vtext.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "v5sendmail": (
        """Return-Path: <MAILER-DAEMON@b.example>
From: Mail Delivery Subsystem <MAILER-DAEMON@b.example>
Subject: Returned mail: User unknown
To: app@acme.example

   ----- Transcript of session follows -----
While talking to smtp.b.example:
>>> RCPT To:<bo@b.example>
<<< 550 <bo@b.example>, User Unknown
550 <bo@b.example>... User unknown

   ----- Unsent message follows -----
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "mfilter": (
        """Return-Path: <postmaster@b.example>
From: POSTMASTER <postmaster@b.example>
To: app@acme.example
Subject: failure notice
Content-Type: text/plain; charset=utf-8

このメールは「m-FILTER」が自動的に生成して送信しています。
メールサーバーとの通信中、下記の理由により
このメールは送信できませんでした。

以下のメールアドレスへの送信に失敗しました。
bo@b.example


-------server message
550 5.1.1 <bo@b.example>: Recipient address rejected: User unknown in local recipient table

-------SMTP command
RCPT

-------original message
From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "sendgrid": (
        """From: MAILER-DAEMON@sendgrid.example
To: app@acme.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

Hello, this is the mail server on x.

I am sending you this message to inform you on the delivery status of a message you previously sent.
--=_b1
Content-Type: message/delivery-status

Reporting-MTA: dns; x.sendgrid.net
X-SendGrid-QueueID: 1
X-SendGrid-Sender: rfc822; app@acme.example
Arrival-Date: 2024-06-03 12-53-00

Final-Recipient: rfc822; bo@b.example
Original-Recipient: rfc822; bo@b.example
Action: failed
Status:
Diagnostic-Code: 550 5.1.1 User unknown

--=_b1
Content-Type: text/rfc822-headers

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

--=_b1--
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "mailgun": (
        """From: mailer-daemon@mg.example
To: app@acme.example
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

x
--=_b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mg

Final-Recipient: rfc822; bo@b.example
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 5.2.1 The email account that you tried to reach is disabled

--=_b1
Content-Type: text/rfc822-headers

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

--=_b1--
""",
        {"bo@b.example": ("failed", "suspend")},
        "o1@acme.example",
    ),
    "zimbra delayed": (
        """From: Mail Delivery System <MAILER-DAEMON@z.example>
To: app@acme.example
Subject: Delayed Mail (still being retried)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

This is the mail system at host z.example.
####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

--=_b1
Content-Type: message/delivery-status

Reporting-MTA: dns; z
X-Postfix-Queue-ID: 1

Final-Recipient: rfc822; bo@b.example
Original-Recipient: rfc822;bo@b.example
Action: delayed
Status: 4.3.0
Diagnostic-Code: smtp; 451 4.3.0 Temporary lookup failure
Will-Retry-Until: Sat, 8 Jun 2024 12:53:00 +0200

--=_b1
Content-Type: text/rfc822-headers

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

--=_b1--
""",
        {"bo@b.example": ("delayed", "systemerror")},
        "o1@acme.example",
    ),
    "b64 status": (
        """From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=q

--q
Content-Type: text/plain

x
--q
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zOyBteC5iLmV4YW1wbGUKCkZpbmFsLVJlY2lwaWVudDogcmZjODIy
O2JvQGIuZXhhbXBsZQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCkRpYWdub3N0aWMtQ29k
ZTogc210cDsgNTUwIDUuMS4xIFVzZXIgdW5rbm93bgo=

--q
Content-Type: text/rfc822-headers

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

--q--
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
    "mixed not report": (
        """From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=q

--q
Content-Type: text/plain

x
--q
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.b.example

Final-Recipient: rfc822;bo@b.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--q
Content-Type: message/rfc822

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

Hello Bo

--q--
""",
        {"bo@b.example": ("failed", "userunknown")},
        "o1@acme.example",
    ),
}

# what is no bounce: (mail, kind)
OTHERS = {
    "about a bounce": (
        """From: Bo <bo@b.example>
To: app@acme.example
Subject: Re: Undelivered Mail Returned to Sender
In-Reply-To: <o1@acme.example>
Content-Type: text/plain

Hi,

I got this bounce:

> This is the mail system at host mx.
> <cy@c.example>: host mx said: 550 5.1.1 User unknown

What now?
""",
        "normal",
    ),
    "forwarded bounce att": (
        """From: Bo <bo@b.example>
To: app@acme.example
Subject: Fwd: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="m"

--m
Content-Type: text/plain

See attached.
--m
Content-Type: message/rfc822

From: MAILER-DAEMON@b.example
To: app@acme.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

x
--=_b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.b.example

Final-Recipient: rfc822;bo@b.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--=_b1
Content-Type: text/rfc822-headers

From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200

--=_b1--

--m--
""",
        "normal",
    ),
    "forwarded bounce inline": (
        """From: Bo <bo@b.example>
To: app@acme.example
Subject: Fwd: failure notice
Content-Type: text/plain

FYI

---------- Forwarded message ---------
From: MAILER-DAEMON@b.example
Date: Mon, 3 Jun 2024 12:53:00 +0200
Subject: failure notice
To: bo@b.example

Hi. This is the qmail-send program at b.example.
<cy@c.example>:
Sorry, no mailbox here by that name. (#5.1.1)
""",
        "normal",
    ),
    "spam bounce": (
        """From: Mail Delivery Team <support@phish.example>
To: app@acme.example
Subject: You have 5 undelivered messages
Content-Type: text/plain

Dear app@acme.example,

Your mailbox is full and 5 messages could not be delivered. Click http://phish.example to release them.
IT-Support help@phish.example
""",
        "normal",
    ),
    "spam bounce2": (
        """From: Mail Delivery System <noreply@phish.example>
To: app@acme.example
Subject: Undelivered Mail Returned to Sender
Content-Type: text/html

<p>Your message to victim@x.example could not be delivered. <a href='http://phish.example'>Release now</a></p>""",
        "normal",
    ),
    "admin mail": (
        """From: Administrator <admin@b.example>
To: app@acme.example
Subject: Warning: could not send your invoice
Content-Type: text/plain

Dear customer,

we could not send your invoice to bo@b.example since it was refused. Please give us another address.

Regards
Admin
""",
        "normal",
    ),
    "system mail": (
        """From: Shop System <system@b.example>
To: app@acme.example
Subject: Message delivery: your parcel
Content-Type: text/plain

Your parcel could not be delivered.
Ask bo@b.example.
""",
        "normal",
    ),
    "postmaster human": (
        """From: Postmaster <postmaster@b.example>
To: app@acme.example
Subject: Re: your delisting request
In-Reply-To: <o1@acme.example>
Content-Type: text/plain

Hello,

your server 192.0.2.1 was removed from the blocklist. Mail to bo@b.example should work.

Regards
Eva, postmaster
""",
        "normal",
    ),
    "auto reply to bounce addr": (
        """Return-Path: <>
From: Bo <bo@b.example>
To: bounce+1@acme.example
Subject: Automatic reply: Offer 5
Auto-Submitted: auto-replied
In-Reply-To: <o1@acme.example>
Content-Type: text/plain

I am out of office. Mail is not delivered to anyone else.
Contact cy@b.example.
""",
        "auto-reply",
    ),
    "left company": (
        """Return-Path: <>
From: Bo <bo@b.example>
To: app@acme.example
Subject: Automatic reply: Offer 5
Auto-Submitted: auto-replied
Content-Type: text/plain

Bo has left the company. This mailbox is no longer monitored. Your mail was not delivered.
""",
        "auto-reply",
    ),
    "newsletter delivery": (
        """From: News <news@b.example>
To: app@acme.example
Subject: Delivery failure: how to avoid it
List-Unsubscribe: <mailto:u@b.example>
Content-Type: text/plain

10 tips against bounces.
Write to help@b.example
""",
        "list",
    ),
    "challenge": (
        """From: bo@b.example
To: app@acme.example
Subject: Please confirm your message
Auto-Submitted: auto-replied
Content-Type: text/plain

Your message is being held. Please click.""",
        "auto-reply",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_the_reason_is_in_what_the_server_says(name: str) -> None:
    status, said, reason, hard = SAID[name]
    action = "delayed" if status.startswith("4") and hard is False else "failed"
    fields = f"Final-Recipient: rfc822;bo@b.example\nAction: {action}\nStatus: {status}\n"
    report = report_of(parse(dsn(fields + (f"Diagnostic-Code: {said}\n" if said else ""))))
    assert report is not None
    row = report.recipients[0]
    assert (row.address, row.action, row.reason, row.hard) == ("bo@b.example", action, reason, hard)
    assert report.original_message_id == "o1@acme.example"


@pytest.mark.parametrize("name", NOTICES)
def test_notices_for_people(name: str) -> None:
    raw, expected, original = NOTICES[name]
    report = report_of(parse(raw.encode()))
    assert report is not None
    assert {row.address: (row.action, row.reason) for row in report.recipients} == expected
    assert len(report.recipients) == len(expected)
    assert report.original_message_id == original


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_speaks_of_a_failure_is_no_bounce(name: str) -> None:
    raw, kind = OTHERS[name]
    assert kind_of(parse(raw.encode())) == kind


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("Final-Recipient: RFC822; <bo@b.example>", "bo@b.example"),
        ("Final-Recipient: bo@b.example", "bo@b.example"),
        ("Original-Recipient: rfc822;bo+40b.example", "bo@b.example"),
        ("Original-Recipient: rfc822;bo+2Bcrm@b.example", "bo+crm@b.example"),
        ("Original-Recipient: utf-8;b\\x{F6}@b.example", "bö@b.example"),
    ],
)
def test_recipients_as_servers_write_them(field: str, address: str) -> None:
    report = report_of(parse(dsn(f"{field}\nAction: failed\nStatus: 5.1.1\n")))
    assert report is not None
    assert [row.address for row in report.recipients] == [address]


@pytest.mark.parametrize(
    "field", ["X-Original-Message-ID: <o1@acme.example>", "Original-Message-ID: <o1@acme.example>"]
)
def test_the_original_message_id_from_the_fields(field: str) -> None:
    fields = f"{field}\n\nFinal-Recipient: rfc822;bo@b.example\nAction: failed\nStatus: 5.1.1\n"
    report = report_of(parse(dsn(fields, original="")))
    assert report is not None
    assert report.original_message_id == "o1@acme.example"


def test_each_recipient_has_its_own_result() -> None:
    results = {"failed": "5.1.1", "delivered": "2.0.0", "delayed": "4.4.1", "relayed": "2.1.9", "expanded": "2.0.0"}
    blocks = [f"Final-Recipient: rfc822;{a}@b.example\nAction: {a}\nStatus: {s}\n" for a, s in results.items()]
    report = report_of(parse(dsn("\n".join(blocks))))
    assert report is not None
    assert report.kind == "bounce"
    assert [(row.address, row.action) for row in report.recipients] == [(f"{a}@b.example", a) for a in results]
    assert [row.hard for row in report.recipients] == [True, False, False, False, False]


# what servers say in a sentence: (sentence, status, reason)
SENTENCES = [
    ("550 5.1.1 <bo@b.example>: Email address could not be found, or was misspelled (G8)", "5.1.1", "userunknown"),
    ("550 5.7.1 Your message was not delivered. No such mailbox", "5.7.1", "userunknown"),
    ("550 No such person at this address.", "", "userunknown"),
    ("550 5.1.0 Address does not exist", "5.1.0", "userunknown"),
    ("511 sorry, no mailbox here by that name (#5.1.1 - chkuser)", "5.1.1", "userunknown"),
    ("550 5.2.1 Mailbox unavailable", "5.2.1", "userunknown"),
    ("550 unrouteable address", "", "userunknown"),
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "5.7.1", "norelaying"),
    ("550 5.7.1 Command not allowed. Authentication required", "5.7.1", "rejected"),
    ("535 5.7.8 Error: authentication failed", "5.7.8", "authfailure"),
    ("552 5.2.3 Message exceeds maximum fixed size (10485760)", "5.2.3", "mesgtoobig"),
    ("523 the message size (20 MB) exceeds the size limit of the recipient", "", "mesgtoobig"),
    ("552 Message size exceeds fixed limit", "", "mesgtoobig"),
    ("452 4.3.1 Insufficient system storage", "4.3.1", "systemerror"),
    ("452 4.3.1 Out of memory", "4.3.1", "systemerror"),
    ("421 4.7.0 Too many connections from your host", "4.7.0", "toomanyconn"),
    ("451 4.7.1 Received too many messages from a new or untrusted IP", "4.7.1", "toomanyconn"),
    ("450 4.7.1 Error: too many recipients", "4.7.1", "toomanyconn"),
    ("421 Too many concurrent SMTP connections; please try again later.", "", "toomanyconn"),
    ("452 4.5.3 Your message has too many recipients", "4.5.3", "toomanyconn"),
    ("550 5.4.5 Daily user sending quota exceeded", "5.4.5", "toomanyconn"),
    (
        "554 5.7.1 The message has been rejected because it contains prohibited virus or spam content",
        "5.7.1",
        "virusdetected",
    ),
    ("550 High probability of spam", "", "spamdetected"),
    ("554 5.7.1 Message scored too high on spam scale", "5.7.1", "spamdetected"),
    ("550 5.7.1 Message rejected as spam by Content Filtering.", "5.7.1", "spamdetected"),
    ("554 rejected by the content filter", "", "policyviolation"),
    ("550 5.7.1 Rejected by SpamAssassin", "5.7.1", "spamdetected"),
    ("554 Your IP (192.0.2.1) is listed in a DNS blacklist", "", "blocked"),
    ("550 5.7.1 Connection refused - listed at bl.spamcop.net", "5.7.1", "blocked"),
    ("550-rejected because 192.0.2.1 is in a black list at b.barracudacentral.org", "", "blocked"),
    ("421 RP-001 (SNT004-MC1F5) Unfortunately, some messages from 192.0.2.1 weren't sent.", "", "blocked"),
    (
        "550 SC-001 (COL004) Unfortunately, messages from 192.0.2.1 weren't sent. Please contact your provider",
        "",
        "blocked",
    ),
    ("554 5.7.1 You are not allowed to connect.", "5.7.1", "blocked"),
    ("550 Access denied", "", "onhold"),
    ("550 5.7.23 The message was rejected because of Sender Policy Framework violation", "5.7.23", "authfailure"),
    ("550 5.7.1 DKIM signature verification failed", "5.7.1", "authfailure"),
    ("550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.", "5.7.1", "rejected"),
    ("550 5.7.0 Local Policy Violation", "5.7.0", "policyviolation"),
    ("554 5.7.1 Blocked by policy: banned attachment type .exe", "5.7.1", "policyviolation"),
    ("554 5.6.0 Lone CR or LF in headers (see RFC2822 section 2.2)", "5.6.0", "notcompliantrfc"),
    ("550 5.6.0 Lone CR or LF in body", "5.6.0", "contenterror"),
    ("550 Messages should have one or no Message-ID headers, not 2", "", "notcompliantrfc"),
    ("550 5.7.1 This message is not RFC 5322 compliant. There are multiple From headers", "5.7.1", "notcompliantrfc"),
    ("450 4.1.8 <app@acme.example>: Sender address rejected: Domain not found", "4.1.8", "rejected"),
    ("553 5.1.8 <app@acme.example>... Domain of sender address app@acme.example does not exist", "5.1.8", "rejected"),
    ("550 Callout verification failed", "", "onhold"),
    ("501 5.1.7 Invalid address", "5.1.7", "rejected"),
    ("554 5.4.6 Too many hops", "5.4.6", "networkerror"),
    ("554 5.4.14 Hop count exceeded", "5.4.14", "networkerror"),
    ("Connection timed out", "4.4.2", "expired"),
    (
        "lost connection with mx.b.example[192.0.2.9] while receiving the initial server greeting",
        "4.4.2",
        "networkerror",
    ),
    ("No route to host", "4.4.1", "networkerror"),
    ("host not found", "5.4.4", "networkerror"),
    ("Domain has no MX records or is invalid", "5.1.2", "notaccept"),
    ("550 5.1.2 <bo@b.example>: Recipient address rejected: Domain not found", "5.1.2", "hostunknown"),
    ("556 5.1.10 Recipient address has null MX", "5.1.10", "notaccept"),
    ("550 mailbox has moved; please try <cy@c.example>", "5.1.6", "hasmoved"),
    ("551 not our customer", "", "hasmoved"),
    ("551 5.1.6 User has moved to cy@c.example", "5.1.6", "hasmoved"),
    ("550 This account has been suspended.", "", "suspend"),
    ("550 5.2.1 Mailbox disabled, not accepting messages", "5.2.1", "suspend"),
    ("550 5.2.1 User is suspended", "5.2.1", "suspend"),
    ("550 Account expired", "", "expired"),
    ("554 mailbox is inactive", "", "suspend"),
    ("user's mailbox is temporarily locked", "4.2.1", "suspend"),
    ("552 5.2.2 Mailbox is full / Blocks limit exceeded / Inode limit exceeded", "5.2.2", "mailboxfull"),
    ("552 5.1.1 Mailbox delivery failure policy error: quota", "5.1.1", "mailboxfull"),
    ("Disk quota exceeded", "4.2.2", "mailboxfull"),
    ("The user's inbox does not have enough space", "", "mailboxfull"),
    ("Quota exceeded, user is over storage limit", "", "mailboxfull"),
    ("procmail: Quota exceeded while writing", "5.2.2", "mailboxfull"),
    ("pipe to |/usr/bin/procmail failed: exit code 77", "5.3.0", "mailererror"),
    ("451 4.3.5 Server configuration problem", "4.3.5", "systemerror"),
    ("451 4.3.0 Queue file write error", "4.3.0", "systemerror"),
    ("451 Temporary local problem - please try later", "", "systemerror"),
    ("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "4.3.2", "toomanyconn"),
    ("550 5.7.1 TLS required", "5.7.1", "networkerror"),
    ("454 4.7.0 TLS not available due to local problem", "4.7.0", "networkerror"),
    ("550 Unknown command", "", "onhold"),
    ("503 5.5.1 Error: nested MAIL command", "5.5.1", "syntaxerror"),
    ("message expired", "4.4.7", "expired"),
    ("Delivery attempted for 5 days", "", "onhold"),
]


@pytest.mark.parametrize(("said", "status", "reason"), SENTENCES)
def test_the_words_count_more_than_the_status(said: str, status: str, reason: str) -> None:
    assert reason_for(said, status=status, action="delayed" if status.startswith("4") else "failed") == reason


def test_a_postmaster_who_answers_has_not_bounced() -> None:
    head = "From: Postmaster <postmaster@b.example>\nSubject: Re: mail not delivered\nIn-Reply-To: <1@acme.example>\n"
    text = "Hello,\n\nyour mail was not delivered, since bo@b.example was an unknown user. It works now.\n\nEva\n"
    assert kind_of(parse(f"{head}\n{text}".encode())) == "normal"
    assert kind_of(parse(f"Return-Path: <>\n{head}\n{text}".encode())) == "bounce"


def test_recipients_that_no_empty_line_parts() -> None:
    fields = (
        "Final-Recipient: rfc822;bo@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 user unknown\n"
        "Final-Recipient: rfc822;cy@b.example\nAction: delayed\nStatus: 4.2.2\n"
    )
    report = report_of(parse(dsn(fields)))
    assert report is not None
    assert [(row.address, row.action, row.reason) for row in report.recipients] == [
        ("bo@b.example", "failed", "userunknown"),
        ("cy@b.example", "delayed", "mailboxfull"),
    ]


@pytest.mark.parametrize(("status", "action"), [("5.1.1", "failed"), ("4.4.1", "delayed"), ("2.0.0", "delivered")])
def test_an_action_of_no_standard_is_told_by_the_status(status: str, action: str) -> None:
    report = report_of(parse(dsn(f"Final-Recipient: rfc822;bo@b.example\nAction: transferred\nStatus: {status}\n")))
    assert report is not None
    assert report.recipients[0].action == action
