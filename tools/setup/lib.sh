# SPDX-License-Identifier: GPL-2.0
# Sourced by scripts that fetch or build something once: the cache, a lock, and apt with a private configuration.

CACHE=${CLOCKDISC_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/clockdisc}
mkdir -p "$CACHE"
PATH=$PATH:/usr/sbin:/sbin

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# once NAME COMMAND...: run COMMAND DIR unless $CACHE/NAME is there already; print its path.
# DIR becomes $CACHE/NAME only when COMMAND succeeded, and two callers at the same time do the work once.
once() {
	local name=$1 new
	shift
	if [ ! -e "$CACHE/$name" ]; then
		mkdir -p "$CACHE/.lock"
		(
			flock 9
			[ ! -e "$CACHE/$name" ] || exit 0
			new=$(mktemp -d "$CACHE/.new.XXXXXX")
			trap 'rm -rf "$new"' EXIT
			chmod 755 "$new"
			# Not under "||" or "if": that would switch off set -e inside the command.
			set -e
			"$@" "$new" 9>&- >&2
			mkdir -p "$(dirname "$CACHE/$name")"
			mv -T "$new" "$CACHE/$name"
		) 9> "$CACHE/.lock/${name//\//_}"
		[ -e "$CACHE/$name" ] || die "$name could not be made"
	fi
	echo "$CACHE/$name"
}

# Debian's archive as this machine knows it, plus the backports of its release. A copy of the machine's own sources
# is used, so mirrors, proxies and keys stay as they are and nothing of the machine's own is changed.
apt_dir=$CACHE/apt
apt_options=(-q -o Dir::Etc::sourcelist="$apt_dir/none" -o Dir::Etc::sourceparts="$apt_dir/sources"
	-o Dir::State::Lists="$apt_dir/lists" -o Dir::Cache="$apt_dir/cache" -o APT::Sandbox::User=root
	-o Acquire::Languages=none -o APT::Update::Error-Mode=any -o Debug::NoLocking=1)

apt_refresh() {
	local release
	command -v apt-get > /dev/null || die "needs Debian's apt-get"
	release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ "$release" = bookworm ] || die "the kernels to test with are taken from Debian 12 (bookworm); this is ${release:-not Debian}"
	rm -rf "$apt_dir/sources"
	mkdir -p "$apt_dir/sources" "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	cp /etc/apt/sources.list "$apt_dir/sources/main.list" 2> /dev/null || :
	cp /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources "$apt_dir/sources/" 2> /dev/null || :
	# The stanza, or line, that names the updates gains the backports: they are always served together.
	sed -i "/^Suites:/s/\\<$release-updates\\>/& $release-backports/" "$apt_dir"/sources/*.sources 2> /dev/null || :
	sed -i "s/^\\(deb .*\\) $release-updates \\(.*\\)/&\\n\\1 $release-backports \\2/" "$apt_dir"/sources/*.list 2> /dev/null || :
	apt-get "${apt_options[@]}" update > "$apt_dir/log" 2>&1 && touch "$apt_dir/fresh" || {
		tail -n 3 "$apt_dir/log" >&2
		die "Debian's package lists could not be fetched: is this machine online?"
	}
}

# Lists older than a day name packages that may be gone from the archive. Only one caller at a time fetches them.
apt_ready() {
	mkdir -p "$apt_dir"
	(
		flock 8
		[ -n "$(find "$apt_dir/fresh" -mmin "-${1:-1440}" 2> /dev/null)" ] || apt_refresh
	) 8> "$apt_dir/lock" || exit 1
}

# unpack_packages DIR PACKAGE...: download the packages, unpack them into DIR, install nothing.
unpack_packages() {
	local dir=$1 deb
	shift
	apt_ready
	mkdir -p "$dir" "$dir/.deb"
	# Lists can go stale within the day: once more with new ones before giving up.
	(cd "$dir/.deb" && apt-get "${apt_options[@]}" download "$@" > log 2>&1) || {
		apt_ready 5
		(cd "$dir/.deb" && apt-get "${apt_options[@]}" download "$@" > log 2>&1)
	} || {
		tail -n 3 "$dir/.deb/log" >&2
		die "could not download $*: is this machine online?"
	}
	for deb in "$dir"/.deb/*.deb; do
		dpkg -x "$deb" "$dir"
	done
	rm -r "$dir/.deb"
}
