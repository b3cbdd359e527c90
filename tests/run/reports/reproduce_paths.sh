#!/usr/bin/env bash
# --reproduce with all that is hard about paths: "..", absolute ones, thin archives, scripts, blanks, binary inputs.
# Only xld: others keep the search for libraries in the response file, and thin archives and scripts do not survive that.
source "$(dirname "$0")/../lib.sh"

mkdir -p project/sub outside 'with space' unpacked
compile a.c <<<'int in_thin(void), in_script(void), in_outside(void); extern char _binary_sub_data_start[];
void _start(void) { in_thin(); in_script(); in_outside(); __asm__("" : : "r"(_binary_sub_data_start)); }'
compile b.c <<<'int in_thin(void) { return 1; }'
compile c.c <<<'int in_script(void) { return 2; }'
compile d.c <<<'int in_outside(void) { return 3; }'
mv a.o project/response.txt
mv b.o c.o 'with space/' && mv d.o outside/
echo data >project/sub/data
run ar rcsT outside/libthin.a 'with space/b.o'
printf 'INPUT("%s")\n' "$PWD/with space/c.o" >project/libscript.a

cd project
link response.txt -L. -lscript -L../outside -lthin "$PWD/../outside/d.o" -b binary sub/data --reproduce=../repro.tar -o program
cp program ..
cd ..
run tar xf repro.tar -C unpacked
mv project project.hidden && mv outside outside.hidden && mv 'with space' hidden
cd "$(dirname "$(grep -rlx -e -o --include=response.txt unpacked)")"
run "$XLD" @response.txt
run cmp program "$scratch/work/program"
