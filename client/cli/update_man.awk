# concur.1 with the verbs' part made anew. Usage: concur help --man | awk -f update_man.awk -v part=/dev/stdin concur.1
/^\.\\" BEGIN / {
	print
	while ((getline line < part) > 0)
		print line
	inside = 1
	next
}
/^\.\\" END/ { inside = 0 }
!inside
