#!/bin/sh
# postfix.sh CONFIGURATION: Postfix in the foreground. "postfix start-fg" leaves its master behind when it is told to
# stop; the master itself does not. "check" makes the queue's directories; it complains of programs that are not set-gid,
# which only local submission would need.
set -eu
postfix -c "$1" check || echo "postfix.sh: check found the above"
exec /usr/lib/postfix/sbin/master -c "$1" -d -s
