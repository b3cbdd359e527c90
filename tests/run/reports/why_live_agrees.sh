#!/usr/bin/env bash
# --why-live of every symbol of a real program: what it calls live has a chain to a root, and it agrees with the output.
# Only xld: see why_live.sh.
source "$(dirname "$0")/../lib.sh"

compile a.cc -O1 -ffunction-sections <<'EOT'
#include <cstdio>
#include <stdexcept>
int main() { try { throw std::runtime_error("x"); } catch (std::exception &e) { std::puts(e.what()); } }
EOT
gxx_link -static -Wl,--gc-sections,--print-gc-sections a.o -o program >removed
gxx_link -static -Wl,--gc-sections,--why-live='*' a.o -o program >explained
python3 - <<'EOT'
import re
removed = {line.split("section ", 1)[1] for line in open("removed").read().splitlines()}
subjects, text = [], open("explained").read().splitlines()
for line in text:
    if line.startswith(">>>"):
        subjects[-1].append(line)
    else:
        subjects.append([line])
live = [s for s in subjects if s[0].endswith("is live")]
dead = [s for s in subjects if "is removed" in s[0]]
assert len(live) > 500 and len(dead) > 500
for head, *chain in live:
    assert chain and re.search("is the entry|is named by|always kept|unwind records|an option$", chain[-1]), (head, chain)
for subject in live + dead:
    place = re.search(r" in (\S+:\(.*\)): is", subject[0]).group(1)
    users = [re.search(r"(\S+:\(\S*\))$", link) for link in subject[1:]]
    assert subject[0].endswith("is live") or place in removed or "COMMON" in place, subject
    assert not any(user and user.group(1) in removed for user in users), subject
EOT
