# A text file -> a C string. Usage: awk -v name=NAME -f embed.awk FILE
BEGIN { printf "/* Made from the file of that name; do not edit. */\nstatic const char %s[] =", name }
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	printf "\n\t\"%s\\n\"", $0
}
END { print ";" }
