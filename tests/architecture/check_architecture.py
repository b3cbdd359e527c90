#!/usr/bin/env python3
"""The architecture as a test: each rule prints the offending file, line and edge, and where the rule is written down.

  check_architecture.py --root DIR               rules about the source tree
  check_architecture.py --nm NM --archives A...  no mutable data in the library

Standard library only. Exceptions are listed in the tables below, each with its reason.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

# Who may include whom: docs/architecture.md, "Folders and who may include whom". A folder may include itself.
MAY_INCLUDE = {
    "core": [],
    "arch": ["core"],
    "tlsrewrite": ["arch", "core"],
    "dynimport": ["tlsrewrite", "arch", "core"],
    "layout": ["arch", "core"],
    "formats": ["layout", "dynimport", "tlsrewrite", "arch", "core"],
    "formats/elf": ["formats", "layout", "dynimport", "tlsrewrite", "arch", "core"],
    "formats/macho": ["formats", "layout", "dynimport", "tlsrewrite", "arch", "core"],
    "formats/elf_to_macho": ["formats/elf", "formats/macho", "formats", "dynimport", "tlsrewrite", "arch", "core"],
    "kernel_image": ["formats/elf", "formats", "layout", "core"],
    "kernel_image/runtime": [],
    "ld": ["kernel_image", "formats/elf_to_macho", "formats/elf", "formats/macho", "formats", "layout", "dynimport", "tlsrewrite", "arch",
           "core"],
    "verify": ["core"],
}

# Words that belong to one file format, and the folders that must not know them: docs/architecture.md, "Where the
# formats differ". core/target.h is where formats have their names; the enumerators Tlv... and TlsDesc... are questions.
FORMAT_WORDS = re.compile(r"\b(elf|macho|dylib|dso|linkedit|verneed|rela)\b", re.IGNORECASE)
FORMAT_FREE = ["core", "arch", "tlsrewrite", "dynimport", "layout"]
WORD_TEST_EXEMPT = {"core/target.h", "core/target_table.h", "core/target_table.cc"}

CPU_WORDS = re.compile(r"\bCpu::(X86_64|I386|Arm64)\b")
CPU_FREE = ["core", "dynimport", "layout"]

# Comparing with the output's format: a pass that has to ask is not shared. ld/target.cc chooses the format.
FORMAT_QUESTION = re.compile(r"[=!]=\s*ObjectFormat::|ObjectFormat::\w+\s*[=!]=")
FORMAT_QUESTION_EXEMPT = {"ld/target.cc", "core/target.h", "core/target_table.cc"}

# Only verify/ may see LLVM.
LLVM_INCLUDE = re.compile(r'#include\s*[<"]llvm')

# Absolute paths of one machine, and hosts a build must not need. The character classes keep this line from matching.
FORBIDDEN_TEXT = re.compile(r"(?<![\w./$}*])/(?:[w]ork|[h]ome|[r]oot)/\w")

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
PUBLIC_TYPE = re.compile(r"^(?:enum\s+class|struct|class)\s+(?:\[\[\w+\]\]\s*)?(\w+)\s*(?:final\s*)?"
                         r"(?::[^;{]*)?(?:\{|$)")
TREE_PATH = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:h|cc|py|md|txt|s))`")

SOURCE_FOLDERS = list(MAY_INCLUDE)
DOCUMENTS = ["docs/architecture.md", "docs/reading-order.md"]
TEXT_SUFFIXES = {".h", ".cc", ".c", ".s", ".py", ".txt", ".md", ".cmake", ".json", ".sh", ".ld", ""}
SKIPPED_FOLDERS = {".git", "build", "out", ".cache", ".pytest_cache", "__pycache__"}


class Findings:
    def __init__(self):
        self.lines = []

    def add(self, place, message, rule):
        self.lines.append(f"{place}: {message}\n    rule: {rule}")


def folder_of(path):
    """The folder of the include table that `path` (relative, with slashes) belongs to, or None."""
    folders = [f for f in MAY_INCLUDE if path.startswith(f + "/")]
    return max(folders, key=len) if folders else None


def strip_comment(line):
    return line.split("//", 1)[0]


def source_files(root, folders=None):
    for folder in folders or ["core", "arch", "tlsrewrite", "dynimport", "layout", "formats", "kernel_image", "ld",
                              "verify"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield path, path.relative_to(root).as_posix()


def numbered_lines(path):
    return enumerate(path.read_text(errors="replace").splitlines(), 1)


def check_includes(root, findings):
    for path, name in source_files(root):
        here = folder_of(name)
        for number, line in numbered_lines(path):
            include = INCLUDE.match(line)
            if include:
                there = folder_of(include[1])
                if there and there != here and there not in MAY_INCLUDE[here]:
                    allowed = ", ".join(MAY_INCLUDE[here]) or "nothing but itself"
                    findings.add(f"{name}:{number}", f"{here} -> {there} ({include[1]})",
                                 f"{here} may include {allowed}; docs/architecture.md, folders and includes")
            if LLVM_INCLUDE.match(line) and here != "verify":
                findings.add(f"{name}:{number}", "includes LLVM", "only verify/ links LLVM; docs/architecture.md")


def check_words(root, findings):
    for path, name in source_files(root, FORMAT_FREE):
        if name in WORD_TEST_EXEMPT:
            continue
        cpu_free = name.split("/", 1)[0] in CPU_FREE
        for number, line in numbered_lines(path):
            code = strip_comment(line)
            # A comment may compare formats; code, names of files included and text of messages may not.
            for word in FORMAT_WORDS.findall(code):
                findings.add(f"{name}:{number}", f"the word '{word}'",
                             f"no format's words in {', '.join(FORMAT_FREE)}; docs/architecture.md, word test")
            if cpu_free and CPU_WORDS.search(code):
                findings.add(f"{name}:{number}", CPU_WORDS.search(code)[0],
                             f"no CPU names in {', '.join(CPU_FREE)}; docs/architecture.md, word test")


def check_format_questions(root, findings):
    for path, name in source_files(root):
        if name in FORMAT_QUESTION_EXEMPT or name.startswith("verify/"):
            continue
        for number, line in numbered_lines(path):
            if FORMAT_QUESTION.search(strip_comment(line)):
                findings.add(f"{name}:{number}", "asks for the file format",
                             "a pass that must ask moves into both formats; docs/architecture.md")


def check_headers(root, findings):
    for path, name in source_files(root):
        first = path.read_text(errors="replace").lstrip("\n").split("\n", 1)[0]
        if not first.startswith(("//", "/*")):
            findings.add(f"{name}:1", "does not open with a comment",
                         "a file says first what it owns; CONTRIBUTING.md, house rules")


def check_documents(root, findings):
    if not (root / "docs").is_dir():
        findings.add("docs", "the folder is missing", "architecture, reading order and glossary are part of the tree")
        return
    for document in DOCUMENTS + ["docs/glossary.md"]:
        if not (root / document).is_file():
            findings.add(document, "is missing", "architecture, reading order and glossary are part of the tree")
    for document in DOCUMENTS:
        if not (root / document).is_file():
            continue
        for number, line in numbered_lines(root / document):
            for path in TREE_PATH.findall(line):
                if not (root / path).exists() and not (root / "docs" / path).exists():
                    findings.add(f"{document}:{number}", f"names {path}, which does not exist",
                                 "documents name files that are there")


def public_types(root):
    headers = sorted((root / "core").glob("*.h")) + [root / "ld/xld.h"]
    for header in headers:
        if not header.is_file():
            continue
        for number, line in numbered_lines(header):
            found = PUBLIC_TYPE.match(line)
            if found:
                yield header.relative_to(root).as_posix(), number, found[1]


def check_glossary(root, findings):
    glossary = root / "docs/glossary.md"
    if not glossary.is_file():
        return  # check_documents has said so
    text = glossary.read_text()
    for name, number, public_type in public_types(root):
        if not re.search(rf"`{public_type}(<\w+>)?`", text):
            findings.add(f"{name}:{number}", f"{public_type} has no line in docs/glossary.md",
                         "a public type without a glossary line is a word nobody agreed on; docs/glossary.md")


def check_text(root, findings):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] in SKIPPED_FOLDERS or not SKIPPED_FOLDERS.isdisjoint(relative.parts):
            continue
        if path.is_symlink() or not path.is_file() or path.suffix not in TEXT_SUFFIXES or relative.name == ".git":
            continue
        for number, line in numbered_lines(path):
            found = FORBIDDEN_TEXT.search(line)
            if found:
                findings.add(f"{relative.as_posix()}:{number}", f"names a path of one machine ({found[0]}...)",
                             "the repository works wherever it is")


SOURCE_CHECKS = [check_includes, check_words, check_format_questions, check_headers, check_documents, check_glossary,
                 check_text]


def check_archives(nm, archives, findings):
    """No symbol in .data, .bss or TLS: sections by nm's sysv format, which names them."""
    for archive in archives:
        output = subprocess.run([nm, "--format=sysv", archive], check=True, capture_output=True, text=True).stdout
        for member, symbol, section in parse_sysv(output):
            if is_mutable_section(section) and not symbol.startswith("DW.ref."):
                findings.add(f"{archive}({member})", f"{symbol} is in {section}",
                             "no mutable data in the library: everything hangs off Session; docs/architecture.md")


def is_mutable_section(section):
    if section == "*COM*":
        return True
    if section.startswith(".data.rel.ro"):
        return False
    return section.startswith((".data", ".bss", ".tdata", ".tbss", ".ldata", ".lbss"))


def parse_sysv(output):
    member = "?"
    for line in output.splitlines():
        title = re.match(r"(?:Symbols|Undefined symbols) from (?:.*\[)?([^\]:]+)\]?:$", line)
        if title:
            member = title[1]
        columns = [column.strip() for column in line.split("|")]
        if len(columns) == 7 and columns[0] != "Name" and columns[3] != "SECTION":
            yield member, columns[0], columns[6]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path)
    parser.add_argument("--nm", default="nm")
    parser.add_argument("--archives", nargs="*", default=[])
    arguments = parser.parse_args()
    findings = Findings()
    if arguments.root:
        for check in SOURCE_CHECKS:
            check(arguments.root, findings)
    check_archives(arguments.nm, arguments.archives, findings)
    for line in findings.lines:
        print(line)
    return 1 if findings.lines else 0


if __name__ == "__main__":
    sys.exit(main())
