#!/usr/bin/env bash
# --time-trace writes Chrome trace events: valid JSON with names, times and durations.
# The file is OUTPUT.time-trace or the one given.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'void _start(void) {}'
link --time-trace=trace.json a.o -o program
python3 - <<'EOF'
import json
trace = json.load(open("trace.json"))
events = trace["traceEvents"] if isinstance(trace, dict) else trace
assert any(event.get("ph") == "X" and event["dur"] >= 0 and event["ts"] >= 0 for event in events), events
names = [event["name"] for event in events]
assert "ExecuteLinker" in names and "process_name" in names, names
assert trace["beginningOfTime"] > 1600000000000000
EOF
