#!/usr/bin/env bash
# What an object defines as name@VERSION stays inside if the patterns of that version say so, and the name it was made
# from is not exported beside it.
source "$(dirname "$0")/../lib.sh"

compile library.s <<'EOF'
	.globl	old_one, kept, same
	.symver	old_one, one@V1
	.symver	same, same@V1
old_one: ret
kept:	ret
same:	ret
EOF
names() { readelf --dyn-syms -W library.so | awk '$7 != "UND" && $7 != "ABS" && $8 != "" && $8 != "Name" { print $8 }' | sort | tr '\n' ' '; }
expect_names() {
  link -shared library.o --version-script=script -o library.so
  expect_output "$1" names
}
echo 'V1 { global: kept; local: *; };' >script
expect_names 'kept@@V1 '
echo 'V1 { global: kept; o*; same; local: *; };' >script
expect_names 'kept@@V1 old_one@@V1 one@V1 same@V1 '
echo 'V1 { global: kept; local: one; };' >script
expect_names 'kept@@V1 old_one same@V1 '
echo 'V1 { global: kept; }; V2 { local: *; };' >script
expect_names 'kept@@V1 one@V1 same@V1 '

# A name with an empty version is exported without one, whatever a script says.
compile base.s <<'EOF'
	.globl _based, _old
	.symver _based, based@@
	.symver _old, old@
_based:	ret
_old:	ret
EOF
for script in '{ local: *; };' 'V1 { local: *; };'; do
  echo "$script" >versions
  link -shared base.o --version-script=versions --exclude-libs ALL -o library.so
  expect_output 'based old ' names
done
