#!/bin/sh
# in_tree.sh TREE COMMAND [ARGUMENT ...]
#
# Runs COMMAND where the files of TREE/usr and TREE/etc appear in /usr and /etc, on top of the machine's own. The view is a
# read-only overlay in a mount namespace of the command's own: nothing on the machine changes, nobody else sees it.
#
#   IN_TREE_USERS="name:id ..."   users (each with a group of that name and id) that should exist in this view
#   IN_TREE_GROUPS="name:id ..."  more groups
#   IN_TREE_HOME=DIRECTORY        where the private copies of passwd and group go
#
# An ordinary user gets the right to mount from a user namespace, and is himself again when COMMAND starts; he can have
# no further users.
set -eu

stage=${IN_TREE_STAGE:-outside}

if [ "$stage" = outside ]; then
    tree=$(realpath "$1")
    shift
    if [ "$(id -u)" = 0 ]; then
        IN_TREE_STAGE=inside exec unshare --mount -- sh "$0" "$tree" "$@"
    fi
    caller=$(id -u):$(id -g)
    IN_TREE_STAGE=inside IN_TREE_CALLER=$caller exec unshare --mount --map-root-user -- sh "$0" "$tree" "$@"
fi

tree=$1
shift
case $tree in *:* | *,* | *\\*) echo "in_tree.sh: the path $tree has a character that mount cannot take" >&2; exit 1 ;; esac

add() { # FILE PATTERN-OF-THE-LINE: append unless the name is there
    grep -q "^${2%%:*}:" "$1" || echo "$2" >>"$1"
}

if [ -n "${IN_TREE_USERS-}${IN_TREE_GROUPS-}" ] && [ -z "${IN_TREE_CALLER-}" ]; then
    accounts=$IN_TREE_HOME/accounts
    mkdir -p "$accounts"
    cp /etc/passwd /etc/group "$accounts"
    for pair in ${IN_TREE_USERS-}; do
        add "$accounts/passwd" "${pair%%:*}:x:${pair##*:}:${pair##*:}:test server:/nonexistent:/usr/sbin/nologin"
        add "$accounts/group" "${pair%%:*}:x:${pair##*:}:"
    done
    for pair in ${IN_TREE_GROUPS-}; do
        add "$accounts/group" "${pair%%:*}:x:${pair##*:}:"
    done
    chmod 644 "$accounts/passwd" "$accounts/group"
fi

for part in usr etc; do
    [ ! -d "$tree/$part" ] || mount -t overlay mailkit-test-server -o "lowerdir=$tree/$part:/$part" "/$part"
done
if [ -d "${accounts-}" ]; then
    mount --bind "$accounts/passwd" /etc/passwd
    mount --bind "$accounts/group" /etc/group
fi

ids=${IN_TREE_CALLER-}
unset IN_TREE_STAGE IN_TREE_CALLER IN_TREE_USERS IN_TREE_GROUPS IN_TREE_HOME
if [ -n "$ids" ]; then
    exec unshare --user --map-user="${ids%%:*}" --map-group="${ids##*:}" -- "$@"
fi
exec "$@"
