#!/usr/bin/env bash
# -objc_category_merging: categories become a part of their class, or of each other if the class is a library's; those
# with +load stay, and what was last still hides what was before. -objc_relative_method_lists: no fixups in lists.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
cat >base.h <<'EOF'
@protocol P - (void)asked; @end
@protocol Q @end
__attribute__((objc_root_class)) @interface Base <Q> { int value; } - (int)own; @property int kept; @end
EOF
echo '#import "base.h"
@implementation Base - (int)own { return value; } @synthesize kept = value; @end' >base.m
cat >categories.m <<'EOF'
#import "base.h"
@interface Base (One) <P> - (int)first; + (int)shared; @property(readonly) int extra; @end
@implementation Base (One) - (int)first { return 1; } + (int)shared { return 2; } - (void)asked {} - (int)extra { return 3; } @end
@interface Base (Two) - (int)second; @end
@implementation Base (Two) - (int)second { return 2; } - (int)own { return 4; } @end
@interface Base (Loaded) @end
@implementation Base (Loaded) + (void)load {} @end
EOF
sed 's/(Two) - (int)second { return 2; }/(Two) - (int)second { return 2; } - (int)first { return 9; }/' categories.m >hiding.m
methods() { llvm-objdump-19 --macho --objc-meta-data "$1" | awk -v list="$2" '
  /^Contents of/ { is_class = /__objc_classlist/ } !is_class { next }
  $0 ~ list "s? 0x.*method_list" { on = 1 } on && $1 == "imp" { printf "%s%s ", $(NF-1), $NF } $1 ~ /rotocols|ivars/ { on = 0 }'; }
for target in arm64 x86_64; do
  compile() { run clang-19 -target $target-apple-macos11 -Wno-objc-root-class -Wno-objc-property-implementation -Wno-everything -c "$1.m" -o "$1.o"; }
  for name in base categories hiding; do compile $name; done
  common=(-arch $target -platform_version macos 11.0 11.0 -undefined dynamic_lookup -dylib)
  for extra in -no_fixup_chains -dead_strip; do
    run "$XLD" "${common[@]}" base.o categories.o -objc_category_merging $extra -o merged.dylib
    run "$XLD_VERIFY" merged.dylib
    expect_equal "$(methods merged.dylib baseMethod)" \
      "-[Base(One)first] -[Base(One)asked] -[Base(One)extra] -[Base(Two)second] -[Base(Two)own] -[Baseown] -[Basekept] -[BasesetKept:] +[Base(One)shared] "
  done
  expect_no_match 'CATEGORY_Base_._(One|Two)' llvm-objdump-19 --macho --objc-meta-data merged.dylib
  expect_match 'CATEGORY_Base_._Loaded' llvm-objdump-19 --macho --objc-meta-data merged.dylib
  run "$XLD" "${common[@]}" base.o categories.o -objc_category_merging -objc_relative_method_lists -fixup_chains -o chains.dylib
  run "$XLD_VERIFY" chains.dylib
  run "$XLD" "${common[@]}" categories.o -objc_category_merging -o two.dylib
  run "$XLD_VERIFY" two.dylib
  expect_match '__OBJC_._CATEGORY_Base\(One\|Two\)' llvm-objdump-19 --macho --objc-meta-data two.dylib
  run "$XLD" "${common[@]}" hiding.o -objc_category_merging -objc_relative_method_lists -o hiding.dylib
  run "$XLD_VERIFY" hiding.dylib
  expect_match 'entsize 12 \(relative\)' llvm-objdump-19 --macho --objc-meta-data hiding.dylib
  imps=$(llvm-objdump-19 --macho --objc-meta-data hiding.dylib | awk '$1 == "imp" && / first/ { print $(NF-1) }')
  expect_equal "$(head -1 <<<"$imps")" '-[Base(Two)'
  for extra in '' -dead_strip -objc_category_merging; do
    # shellcheck disable=SC2086 # a word or none
    run "$XLD" "${common[@]}" base.o categories.o -objc_relative_method_lists $extra -o relative.dylib
    run "$XLD_VERIFY" relative.dylib
    expect_match '__TEXT,__objc_methlist\).* __OBJC_._INSTANCE_METHODS_Base' llvm-nm-19 -m relative.dylib
    expect_no_match '__objc_const\).*_METHODS_Base' llvm-nm-19 -m relative.dylib
    expect_match 'imp .*-\[Base\(Two\) second\]' llvm-objdump-19 --macho --objc-meta-data relative.dylib
  done
done
# A list that claims more entries than its own piece has: what follows is another's, and all stays as it is.
run clang-19 -target x86_64-apple-macos11 -Wno-everything -S categories.m -o long.s
awk '/CATEGORY_INSTANCE_METHODS_Base_._Two:/ { on = 1 } on && /.long\t2/ { sub(/2/, "9"); on = 0 } { print }' long.s >longer.s
[[ $(diff long.s longer.s | grep -c '^>') == 1 ]] || fail 'no list was found'
run clang-19 -target x86_64-apple-macos11 -c longer.s -o longer.o
run "$XLD" "${common[@]}" base.o longer.o -objc_category_merging -o longer.dylib
expect_match 'CATEGORY_Base_._Two' llvm-objdump-19 --macho --objc-meta-data longer.dylib
# Systems that cannot read relative lists.
expect_match 'warning: -objc_relative_method_lists: .*macOS 11' \
  run "$XLD" -arch x86_64 -platform_version macos 10.15 11.0 -undefined dynamic_lookup -dylib base.o -objc_relative_method_lists -o out
