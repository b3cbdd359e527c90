#!/usr/bin/env python3
"""Each rule of check_architecture.py fires: small trees that break one rule at a time."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import check_architecture as architecture

GOOD = {
    "core/ids.h": "// Ids.\nstruct Id {\n",
    "arch/arch.cc": '// Arch.\n#include "core/ids.h"\n',
    "docs/architecture.md": "`core/ids.h`\n",
    "docs/reading-order.md": "`core/ids.h`\n",
    "docs/glossary.md": "`Id`: an index\n",
}


def findings_for(changes):
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, text in {**GOOD, **changes}.items():
            if text is None:
                continue
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        findings = architecture.Findings()
        for check in architecture.SOURCE_CHECKS:
            check(root, findings)
        return "\n".join(findings.lines)


class Rules(unittest.TestCase):
    def expect(self, changes, text):
        self.assertIn(text, findings_for(changes))

    def test_good_tree(self):
        self.assertEqual(findings_for({}), "")

    def test_include_upwards(self):
        self.expect({"core/a.h": '// A.\n#include "arch/arch.h"\n'}, "core/a.h:2: core -> arch")

    def test_include_between_formats(self):
        self.expect({"formats/elf/a.cc": '// A.\n#include "formats/macho/b.h"\n'}, "formats/elf -> formats/macho")

    def test_llvm_in_the_linker(self):
        self.expect({"ld/a.cc": "// A.\n#include <llvm/Object/ELF.h>\n"}, "includes LLVM")

    def test_format_word(self):
        self.expect({"layout/a.cc": "// ELF in a comment is fine.\nint rela = 0;\n"}, "layout/a.cc:2: the word 'rela'")

    def test_cpu_name(self):
        self.expect({"layout/a.cc": "// A.\nbool x = cpu == Cpu::I386;\n"}, "Cpu::I386")

    def test_format_question(self):
        self.expect({"ld/a.cc": "// A.\nif (f == ObjectFormat::Elf) return;\n"}, "asks for the file format")

    def test_file_without_header(self):
        self.expect({"ld/a.cc": "int x;\n"}, "does not open with a comment")

    def test_missing_document(self):
        self.expect({"docs/reading-order.md": None}, "docs/reading-order.md: is missing")

    def test_document_names_missing_file(self):
        self.expect({"docs/architecture.md": "see `ld/gone.cc`\n"}, "ld/gone.cc, which does not exist")

    def test_type_without_glossary_line(self):
        self.expect({"core/new.h": "// New.\nstruct Nobody {\n"}, "Nobody has no line")

    def test_machine_path(self):
        self.expect({"README.md": "see /" + "home/me/x\n"}, "README.md:1: names a path of one machine")


class MutableData(unittest.TestCase):
    def findings_for_source(self, source):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "a.cc").write_text(source)
            subprocess.run(["c++", "-c", "a.cc", "-o", "a.o"], cwd=name, check=True)
            subprocess.run(["ar", "rc", "a.a", "a.o"], cwd=name, check=True)
            findings = architecture.Findings()
            architecture.check_archives("nm", [f"{name}/a.a"], findings)
            return "\n".join(findings.lines)

    def test_kinds_of_mutable_data(self):
        sources = ["int x = 1;", "static int x; int* f() { return &x; }", "thread_local int x = 1;",
                   "struct S { S(); }; S& f() { static S s; return s; }"]
        for source in sources:
            with self.subTest(source):
                self.assertIn("no mutable data", self.findings_for_source(source))

    def test_constant_tables_are_fine(self):
        self.assertEqual(self.findings_for_source('extern const char* const t[] = {"a"}; const int n = 3;'), "")


if __name__ == "__main__":
    unittest.main()
