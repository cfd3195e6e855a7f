"""Dovecot's configuration, for the two syntaxes that its releases have: 2.3 (Debian 12), and 2.4 (Debian 13)."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("Drafts", "Sent", "Trash", "Junk", "Archive")

_COMMON = """
base_dir = {home}/run
state_dir = {home}/run
log_path = /dev/stderr
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = required
ssl_min_protocol = TLSv1.2
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
auth_mechanisms = plain xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = 1
mail_fsync = never
mail_max_userip_connections = 1000
default_vsz_limit = 1G
login_greeting = ready
service anvil {{
  chroot =
  # No answer to this listener's questions means no delay after wrong passwords, which all come from one address here.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {for_postfix} {{
    {address} = 127.0.0.1
    port = {auth}
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    {address} = 127.0.0.1
    port = {lmtp}
  }}
}}
"""

_2_3 = """
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.pem
auth_username_format = %Ln
mail_location = mdbox:~/mdbox
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%n allow_all_users=yes
}}
"""

_2_4 = """
ssl_server_cert_file = {home}/server.pem
ssl_server_key_file = {home}/server.pem
auth_username_format = %{{user | username | lower}}
mail_driver = mdbox
mail_path = ~/mdbox
oauth2 {{
{oauth2}
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
passdb static {{
  mechanisms_filter = plain
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {home}/mail/%{{user | username}}
  }}
  static_allow_all_users = yes
}}
"""

_OAUTH2 = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{introspection}/introspect?token=
username_attribute = username
active_attribute = active
active_value = true
"""


def write(home: Path, version: str, values: dict[str, object]) -> Path:
    """Write the configuration into ``home``; the main file."""
    old = version.startswith("2.3")
    oauth2 = _OAUTH2.format_map(values)
    names = {"address": "address" if old else "listen", "for_postfix": "" if old else "postfix", "oauth2": oauth2}
    # 2.4 insists on these two as the first lines.
    head = "" if old else "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
    text = (_COMMON + (_2_3 if old else _2_4)).format_map({**values, **names, "home": home})
    (home / "oauth2.conf").write_text(oauth2)
    main = home / "dovecot.conf"
    main.write_text(f"{head}{text}{_namespace()}")
    return main


def _namespace() -> str:
    folders = "".join(f"  mailbox {name} {{\n    special_use = \\{name}\n    auto = create\n  }}\n" for name in FOLDERS)
    return f"namespace inbox {{\n  inbox = yes\n  separator = /\n{folders}}}\n"
