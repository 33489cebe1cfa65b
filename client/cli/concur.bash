# Completion of concur(1) for bash. Every candidate comes from the command itself.

_concur()
{
	local cur i
	cur=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()

	# Behind "--" stands a command with words of its own.
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == -- ]] && declare -F _command_offset >/dev/null; then
			_command_offset $((i + 1))
			return
		fi
	done

	local candidate
	while IFS= read -r candidate; do
		if [[ $candidate == "$cur"* ]]; then
			COMPREPLY+=("$(printf '%q' "$candidate")")
		fi
	done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _concur concur
