# SPDX-License-Identifier: GPL-2.0
# bash completion of clockdisc(8)
# Candidates never contain blanks.
# shellcheck disable=SC2207

# Words that the tool lists itself: two blanks, then the word.
_clockdisc_listed() {
	"$1" "${@:2}" --help 2> /dev/null | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p'
}

# The fields of the policy, for each cause that has them: its prose names them where not all do.
_clockdisc_fields() {
	"$1" "${@:2}" --help 2> /dev/null | sed -n '
		s/.*CAUSE is one of \(.*\):$/\1/p;t
		s/^  CAUSE\.\([a-z-]*\) .* The rows \([a-z, ]*\) have one.*/\1 \2/p;t
		s/^  CAUSE\.\([a-z-]*\) .*/\1/p' | {
		local causes cause field rows
		read -r causes
		while read -r field rows; do
			rows=${rows:-$causes}
			rows=${rows/ and / }
			for cause in ${rows//,/}; do
				echo "$cause.$field"
			done
		done
	}
}

_clockdisc_legal() {
	"$1" "${@:2:$#-2}" --help 2> /dev/null |
		sed -n "/^  ${!#} /{n;/ to /q;s/^ *Legal: \(.*\)\.\$/\1/;s/,\| or / /g;p;q}"
}

_clockdisc_sources() {
	"$1" sources 2> /dev/null | sed -n '2,$s/^.[ 0-9]*[0-9] \([^ ]*\) .*/\1/p'
}

# Settings as KEY=, and after that the values that are words.
_clockdisc_pairs() {
	local tool=$1 cur=$2 key
	shift 2
	if [[ $cur == *=* ]]; then
		key=${cur%%=*}
		COMPREPLY=($(compgen -W "$(_clockdisc_legal "$tool" "$@" "$key")" -- "${cur#*=}"))
		# Readline replaces what follows a '=' that breaks words, otherwise the whole word.
		[[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$key=}")
	else
		COMPREPLY=($(compgen -S = -W "$(_clockdisc_listed "$tool" "$@") $(_clockdisc_fields "$tool" "$@")" -- "$cur"))
		compopt -o nospace
	fi
}

_clockdisc() {
	local tool=$1 cur=$2 line word words=() first=
	line=${COMP_LINE:0:COMP_POINT}
	COMPREPLY=()
	# '=' may break words; this split does not.
	read -ra words <<< "$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	cur=${words[-1]}
	words=("${words[@]:1}")
	while ((${#words[@]} > 1)) && [[ ${words[0]} == -* ]]; do
		words=("${words[@]:1}")
	done
	first=${words[0]}
	if ((${#words[@]} == 1)); then
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--json --verbose --version --help" -- "$cur"))
			return
		fi
		word=$("$tool" --help 2> /dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort -u)
		COMPREPLY=($(compgen -W "$word" -- "$cur"))
		return
	fi
	case $first in
	source)
		if ((${#words[@]} == 2)); then
			COMPREPLY=($(compgen -W "add del set" -- "$cur"))
		elif [[ ${words[1]} == add ]]; then
			((${#words[@]} > 3)) &&
				COMPREPLY=($(compgen -W "prefer noselect trust smear minpoll maxpoll" -- "$cur"))
		elif ((${#words[@]} == 3)); then
			COMPREPLY=($(compgen -W "$(_clockdisc_sources "$tool")" -- "$cur"))
		elif [[ ${words[1]} == set ]]; then
			_clockdisc_pairs "$tool" "$cur" source set
		fi
		;;
	set)
		_clockdisc_pairs "$tool" "$cur" set
		;;
	preset)
		((${#words[@]} == 2)) && COMPREPLY=($(compgen -W "$(_clockdisc_listed "$tool" preset)" -- "$cur"))
		;;
	sample)
		if ((${#words[@]} == 2)); then
			COMPREPLY=($(compgen -W "$(_clockdisc_sources "$tool")" -- "$cur"))
		elif [[ $cur == -* ]]; then
			word=$(_clockdisc_listed "$tool" sample | sed 's/^/--/')
			COMPREPLY=($(compgen -W "$word" -- "$cur"))
		fi
		;;
	explain)
		((${#words[@]} == 2)) && COMPREPLY=($(compgen -W "$(_clockdisc_sources "$tool")" -- "$cur"))
		;;
	slew)
		((${#words[@]} == 2)) && COMPREPLY=($(compgen -W cancel -- "$cur"))
		;;
	status | sources)
		COMPREPLY=($(compgen -W "-v --verbose" -- "$cur"))
		;;
	monitor)
		COMPREPLY=($(compgen -W "clock sources" -- "$cur"))
		;;
	metrics)
		case ${words[-2]} in
		--format) COMPREPLY=($(compgen -W "openmetrics prometheus" -- "$cur")) ;;
		--textfile) COMPREPLY=($(compgen -f -- "$cur")) ;;
		*) COMPREPLY=($(compgen -W "--format --textfile" -- "$cur")) ;;
		esac
		;;
	record)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--interval --for --append" -- "$cur"))
		elif ((${#words[@]} == 2)); then
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	plot)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "-o --output --oscillator" -- "$cur"))
		else
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	shadow)
		if ((${#words[@]} == 2)); then
			COMPREPLY=($(compgen -W report -- "$cur"))
		elif [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--limit --plot --data" -- "$cur"))
		else
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	oscillator)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--for --interval" -- "$cur"))
		elif ((${#words[@]} == 2)); then
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	log)
		COMPREPLY=($(compgen -W "-f --follow -n --newest --since" -- "$cur"))
		;;
	wait)
		COMPREPLY=($(compgen -W "--bound --timeout" -- "$cur"))
		;;
	esac
	if [[ ${#COMPREPLY[@]} -eq 0 && $cur == -* ]]; then
		COMPREPLY=($(compgen -W "--json --verbose --help" -- "$cur"))
	fi
}

complete -F _clockdisc clockdisc
