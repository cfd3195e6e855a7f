"""The in-process SMTP server, on aiosmtpd: STARTTLS, AUTH, SIZE, DSN, SMTPUTF8, 8BITMIME, PIPELINING.

::

    server.py      a connection's beginning and end
    _protocol.py   aiosmtpd's SMTP with ESMTP parameters kept, OAuth, faults (the only importer of aiosmtpd)
    link.py        aiosmtpd's transport, over a Wire
    parameters.py  PURE  MAIL FROM and RCPT TO lines
    filing.py      what becomes of an accepted mail
"""
