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

# .symver leaves the plain name in the object. References to it mean the version that is exported, which others replace.
compile old.c -fPIC <<<'int h(void) { return 1; } __asm__(".symver h, h@V1"); int own(void) { return h(); }'
compile user.c -fPIC <<<'int h(void); int use(void) { return h(); }'
compile replacing.c <<'END'
int own(void), use(void);
int h(void) { return 4; }
int main(void) { return own() + 10 * use(); }
END
for script in 'V1 { };' 'V1 { global: h; own; use; };'; do
  echo "$script" >script
  gcc_link -shared old.o user.o -Wl,--version-script=script -o libh.so
  expect_match 'JUMP_SLO.* h@V1' readelf -W -r libh.so
  gcc_link replacing.o libh.so -Wl,-rpath,.,--export-dynamic -o program
  expect_status 44 ./program
done
echo 'V1 { global: own; use; local: *; };' >script
gcc_link -shared old.o user.o -Wl,--version-script=script -o libh.so
expect_status 11 ./program
