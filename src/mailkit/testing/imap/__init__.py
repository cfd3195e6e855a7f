"""The in-process IMAP4rev1 server: UIDPLUS, MOVE, IDLE, SPECIAL-USE, LITERAL+, ENABLE, ID, NAMESPACE, CONDSTORE.

::

    server.py     a connection's beginning and end, and waking sessions when a folder changes
    session.py    states, the command loop, what to tell the client of others' changes
    commands/     one module per group of commands; registered by name
    reader.py     one command from the wire, literals included, bounded
    syntax.py     PURE  the grammar               sequence.py  PURE  1:3,7,9:*
    view.py       PURE  sequence numbers          criteria.py  PURE  SEARCH
    items.py      PURE  FETCH items               mime.py, structure.py  PURE  parts, ENVELOPE, BODYSTRUCTURE
"""
