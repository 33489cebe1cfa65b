# Turns the golden list of methods ("0x1234abcd /concur.v1.Dict/Get") into constants (CONCUR_METHOD_DICT_GET).
BEGIN { print "/* Made from proto/methods.txt. */\n#ifndef CONCUR_METHODS_H\n#define CONCUR_METHODS_H\n" }
/^0x/ {
	split($2, part, /[.\/]/)
	name = part[4] "_" part[5]
	out = ""
	for (i = 1; i <= length(name); i++) {
		c = substr(name, i, 1)
		if (i > 1 && c ~ /[A-Z]/ && substr(name, i - 1, 1) ~ /[a-z]/)
			out = out "_"
		out = out toupper(c)
	}
	printf "#define CONCUR_METHOD_%s %su\n", out, $1
}
END { print "\n#endif" }
