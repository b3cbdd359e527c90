#!/usr/bin/env bash
# References to versions: to a name as it was before it had any (`name@`), and to the default of the same object.
source "$(dirname "$0")/../lib.sh"

compile lib.c -fPIC <<'END'
int before(void) { return 1; }
int old(void) { return 2; }
int new(void) { return 3; }
__asm__(".symver before, f@\n.symver old, f@V1\n.symver new, f@@V2");
END
echo 'V1 { }; V2 { global: f; local: *; } V1;' >script
gcc_link -shared lib.o -Wl,--version-script=script -o libf.so
compile main.c <<'END'
int before(void), old(void), new(void), f(void);
__asm__(".symver before, f@\n.symver old, f@V1\n.symver new, f@V2");
int main(void) { return before() + 10 * old() + 100 * new() != 321; }
END
gcc_link main.o libf.so -Wl,-rpath,. -o program
expect_status 0 ./program
compile own.c <<'END'
int as_reference(void);
int definition(void) { return 5; }
__asm__(".symver as_reference, g@V1\n.symver definition, g@@V1");
int main(void) { return as_reference() != 5; }
END
gcc_link own.o -Wl,--export-dynamic -o program
expect_status 0 ./program
expect_match 'g@@V1$' readelf -W --dyn-syms program
